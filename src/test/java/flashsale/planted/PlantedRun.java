package flashsale.planted;

import flashsale.planted.PlantedBug.Catcher;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The program with or without a planted bug, in a class loader of its own. */
final class PlantedRun {
  /**
   * A broken promise.
   *
   * @param histories that it took, the one included in which it was broken
   * @param where the history or the story
   * @param what was broken
   */
  record Violation(int histories, String where, String what) {}

  private static final String PACKAGE = "flashsale.activity.";

  private final ClassLoader loader;

  private PlantedRun(ClassLoader loader) {
    this.loader = loader;
  }

  static PlantedRun with(PlantedBug bug) throws IOException {
    return new PlantedRun(new PlantedLoader(PlantedCode.of(bug)));
  }

  static PlantedRun unchanged() {
    return new PlantedRun(new PlantedLoader(Map.of()));
  }

  Optional<Violation> find(Catcher catcher) throws ReflectiveOperationException {
    return switch (catcher) {
      case Catcher.AllProfiles all -> simulate(profiles().getEnumConstants(), all.histories());
      case Catcher.OneProfile one ->
          simulate(new Object[] {profile(one.profile())}, one.histories());
      case Catcher.Story story -> tell(story.test());
    };
  }

  private Class<?> profiles() throws ClassNotFoundException {
    return loader.loadClass(PACKAGE + "Profile");
  }

  private Object profile(String name) throws ReflectiveOperationException {
    return profiles().getMethod("valueOf", String.class).invoke(null, name);
  }

  /** History number N is seed N / profiles of profile N mod profiles, as in every build. */
  private Optional<Violation> simulate(Object[] profiles, int histories)
      throws ReflectiveOperationException {
    Class<?> simulation = loader.loadClass(PACKAGE + "Simulation");
    Method run = simulation.getMethod("run", profiles(), long.class);
    Method violation = loader.loadClass(PACKAGE + "Simulation$Result").getMethod("violation");
    for (int number = 0; number < histories; number++) {
      Object profile = profiles[number % profiles.length];
      long seed = 1L + number / profiles.length;
      Object what = violation.invoke(run.invoke(null, profile, seed));
      if (what != null) {
        return Optional.of(new Violation(number + 1, profile + " " + seed, what.toString()));
      }
    }
    return Optional.empty();
  }

  private Optional<Violation> tell(String story) throws ReflectiveOperationException {
    int hash = story.indexOf('#');
    Class<?> type = loader.loadClass(PACKAGE + story.substring(0, hash));
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    Method test = type.getDeclaredMethod(story.substring(hash + 1));
    test.setAccessible(true);
    Object instance = constructor.newInstance();
    try {
      test.invoke(instance);
      return Optional.empty();
    } catch (InvocationTargetException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      return switch (cause) {
        case AssertionError broken ->
            Optional.of(new Violation(1, story, String.valueOf(broken.getMessage())));
        case RuntimeException broken -> Optional.of(new Violation(1, story, broken.toString()));
        default -> throw new UndeclaredThrowableException(cause);
      };
    }
  }
}
