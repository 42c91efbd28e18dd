/**
 * {@code scripts/bench}: what the whole system does in a second, held against what HTTP itself can
 * do on the same machine at the same time.
 *
 * <p>{@link flashsale.bench.Bench} runs the {@link flashsale.bench.Scenario}s on a system of its
 * own; {@link flashsale.bench.Load} sends the requests and times the answers; {@link
 * flashsale.bench.BenchReport} says what came of it. What the ceiling says nothing about is a
 * {@link flashsale.bench.Figure}: most of them come from {@link flashsale.bench.Figures}.
 */
@NullMarked
package flashsale.bench;

import org.jspecify.annotations.NullMarked;
