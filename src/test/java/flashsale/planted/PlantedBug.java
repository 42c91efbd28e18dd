package flashsale.planted;

import java.util.List;

/**
 * One rule of the protocol, broken.
 *
 * @param name where, and what is wrong, in a few words
 * @param edits the changes of the source that make it so
 * @param catcher what has to find it
 */
record PlantedBug(String name, List<Edit> edits, Catcher catcher) {
  private static final int HISTORIES = 3_000;

  /** What finds a bug. */
  sealed interface Catcher {

    /** The first histories of the run that is part of every build: all profiles, in turn. */
    record AllProfiles(int histories) implements Catcher {}

    /** The first histories of one profile. */
    record OneProfile(String profile, int histories) implements Catcher {}

    /** A test in {@code flashsale.activity} that tells one story: {@code SomeTest#method}. */
    record Story(String test) implements Catcher {}
  }

  PlantedBug {
    edits = List.copyOf(edits);
  }

  /** A bug that the simulation finds by chance. */
  static PlantedBug of(String name, Edit... edits) {
    return new PlantedBug(name, List.of(edits), new Catcher.AllProfiles(HISTORIES));
  }

  /** The same bug, which hides from chance unless much goes wrong of one kind. */
  PlantedBug foundInProfile(String profile) {
    return new PlantedBug(name, edits, new Catcher.OneProfile(profile, HISTORIES));
  }

  /** The same bug, which hides from chance. */
  PlantedBug foundByStory(String test) {
    return new PlantedBug(name, edits, new Catcher.Story(test));
  }

  @Override
  public String toString() {
    return name;
  }
}
