package flashsale.planted;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles the sources that a planted bug changes, in memory. */
final class PlantedCode {
  private PlantedCode() {}

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String file, String text) {
      super(URI.create("planted:///" + file), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Output extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Output(String className) {
      super(URI.create("planted:///" + className.replace('.', '/') + ".class"), Kind.CLASS);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  private static final class Outputs extends ForwardingJavaFileManager<StandardJavaFileManager> {
    private final Map<String, Output> classes = new HashMap<>();

    Outputs(StandardJavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        JavaFileManager.Location location, String className, Kind kind, FileObject sibling) {
      return classes.computeIfAbsent(className, Output::new);
    }

    @Override
    public void close() {
      // The file manager is the compiler's, and is used again.
    }
  }

  /** A compiler for one thread; what it read of the class path it does not read again. */
  private record Tools(JavaCompiler compiler, StandardJavaFileManager files) {
    static Tools of() {
      JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
      return new Tools(compiler, compiler.getStandardFileManager(null, null, null));
    }
  }

  private static final String CLASS_PATH =
      Objects.requireNonNull(System.getProperty("java.class.path"));
  private static final ThreadLocal<Tools> TOOLS = ThreadLocal.withInitial(Tools::of);

  /** Returns the class files of the changed sources by class name. */
  static Map<String, byte[]> of(PlantedBug bug) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Edit edit : bug.edits()) {
      String text = texts.get(edit.file());
      try {
        texts.put(edit.file(), edit.applyTo(text == null ? Edit.read(edit.file()) : text));
      } catch (IllegalStateException gone) {
        throw new IllegalStateException(bug.name() + ": " + gone.getMessage(), gone);
      }
    }
    List<Source> sources = new ArrayList<>();
    texts.forEach((file, text) -> sources.add(new Source(file, text)));
    return compile(sources);
  }

  private static Map<String, byte[]> compile(List<Source> sources) {
    Tools tools = TOOLS.get();
    Outputs outputs = new Outputs(tools.files());
    StringWriter complaints = new StringWriter();
    List<String> options = List.of("-proc:none", "-nowarn", "-cp", CLASS_PATH);
    if (!tools.compiler().getTask(complaints, outputs, null, options, null, sources).call()) {
      throw new IllegalStateException("the planted bug does not compile: " + complaints);
    }
    Map<String, byte[]> classes = new HashMap<>();
    outputs.classes.forEach((name, output) -> classes.put(name, output.bytes.toByteArray()));
    return classes;
  }
}
