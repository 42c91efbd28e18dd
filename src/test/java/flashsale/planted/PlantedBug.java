package flashsale.planted;

import java.util.List;

/**
 * One rule of the protocol, broken.
 *
 * @param name what is wrong, in a few words
 * @param edits the changes of the source that make it so
 * @param catcher what has to find it
 */
record PlantedBug(String name, List<Edit> edits, Catcher catcher) {

  /** What finds a bug. */
  sealed interface Catcher {
    /** Random histories, of this profile, the first of which has seed 1. */
    record Seeds(String profile, int most) implements Catcher {}

    /** A test that tells one story, as {@code SomeTest#method}, in {@code flashsale.activity}. */
    record Story(String test) implements Catcher {}
  }

  PlantedBug {
    edits = List.copyOf(edits);
  }

  static PlantedBug of(String name, Edit... edits) {
    return new PlantedBug(name, List.of(edits), new Catcher.Seeds("ALL", 300));
  }

  /** The same bug, found within so many seeds of a profile. */
  PlantedBug within(int seeds, String profile) {
    return new PlantedBug(name, edits, new Catcher.Seeds(profile, seeds));
  }

  /** The same bug, found by a test that tells one story. */
  PlantedBug foundBy(String test) {
    return new PlantedBug(name, edits, new Catcher.Story(test));
  }

  @Override
  public String toString() {
    return name;
  }
}
