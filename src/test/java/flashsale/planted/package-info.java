/**
 * Bugs planted on purpose, to show that the simulation and the directed histories find them.
 *
 * <p>A {@link flashsale.planted.PlantedBug} is a change of the source of the program or of a model;
 * the program itself has no switch for it. {@link flashsale.planted.PlantedCode} compiles the
 * changed source in memory, {@link flashsale.planted.PlantedLoader} loads it together with
 * everything else of this project, and what runs in there must break a promise.
 */
@NullMarked
package flashsale.planted;

import org.jspecify.annotations.NullMarked;
