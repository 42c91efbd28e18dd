package flashsale.planted;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Loads this project's classes anew, some of them changed, and everything else where it always is.
 *
 * <p>Child first, so that a changed class is the one that all the others use.
 */
final class PlantedLoader extends ClassLoader {
  private static final Map<String, byte[]> UNCHANGED = new ConcurrentHashMap<>();

  private final Map<String, byte[]> changed;

  PlantedLoader(Map<String, byte[]> changed) {
    super(PlantedLoader.class.getClassLoader());
    this.changed = Map.copyOf(changed);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("flashsale.")) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? define(name) : loaded;
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    byte[] bytes = changed.get(name);
    if (bytes == null) {
      bytes = UNCHANGED.get(name);
    }
    if (bytes == null) {
      bytes = read(name);
      UNCHANGED.put(name, bytes);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] read(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(file)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
