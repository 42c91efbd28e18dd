package flashsale.planted;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Map;
import java.util.Optional;

/** Code with or without a planted bug, in a class loader of its own, and what is run in it. */
final class PlantedRun {
  /**
   * How a bug was found.
   *
   * @param runs how many seeds it took, or 1 for a story
   */
  record Violation(int runs, String what) {}

  private static final String PACKAGE = "flashsale.activity.";

  private final ClassLoader loader;

  private PlantedRun(ClassLoader loader) {
    this.loader = loader;
  }

  static PlantedRun of(PlantedBug bug) throws IOException {
    return new PlantedRun(new PlantedLoader(PlantedCode.of(bug)));
  }

  static PlantedRun unchanged() {
    return new PlantedRun(new PlantedLoader(Map.of()));
  }

  Optional<Violation> find(PlantedBug.Catcher catcher) throws ReflectiveOperationException {
    return switch (catcher) {
      case PlantedBug.Catcher.Seeds seeds -> simulate(seeds);
      case PlantedBug.Catcher.Story story -> tell(story);
    };
  }

  private Optional<Violation> simulate(PlantedBug.Catcher.Seeds seeds)
      throws ReflectiveOperationException {
    Class<?> profiles = loader.loadClass(PACKAGE + "Profile");
    Object[] all = profiles.getEnumConstants();
    Method run = loader.loadClass(PACKAGE + "Simulation").getMethod("run", profiles, long.class);
    Method violation = loader.loadClass(PACKAGE + "Simulation$Result").getMethod("violation");
    if (!seeds.profile().equals("ALL")) {
      all = new Object[] {profiles.getMethod("valueOf", String.class).invoke(null, seeds.profile())};
    }
    for (int number = 0; number < seeds.most(); number++) {
      Object profile = all[number % all.length];
      long seed = 1 + number / all.length;
      Object what = violation.invoke(run.invoke(null, profile, seed));
      if (what != null) {
        return Optional.of(new Violation(number + 1, profile + " " + seed + " " + what));
      }
    }
    return Optional.empty();
  }

  private Optional<Violation> tell(PlantedBug.Catcher.Story story)
      throws ReflectiveOperationException {
    int hash = story.test().indexOf('#');
    Class<?> type = loader.loadClass(PACKAGE + story.test().substring(0, hash));
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    Method test = type.getDeclaredMethod(story.test().substring(hash + 1));
    test.setAccessible(true);
    Object instance = constructor.newInstance();
    try {
      test.invoke(instance);
      return Optional.empty();
    } catch (InvocationTargetException e) {
      return switch (e.getCause()) {
        case AssertionError broken -> Optional.of(new Violation(1, String.valueOf(broken.getMessage())));
        case RuntimeException broken -> Optional.of(new Violation(1, broken.toString()));
        default -> throw new UndeclaredThrowableException(e.getCause());
      };
    }
  }
}
