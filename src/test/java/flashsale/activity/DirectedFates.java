package flashsale.activity;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** Every call works, but for the kinds that a test has given another fate. */
final class DirectedFates implements Fates {
  private final Map<Class<? extends Effect>, Fate> all = new HashMap<>();
  private final Map<Class<? extends Effect>, Deque<Fate>> next = new HashMap<>();

  void all(Class<? extends Effect> kind, Fate fate) {
    all.put(kind, fate);
  }

  void next(Class<? extends Effect> kind, Fate... fates) {
    Deque<Fate> queue = next.computeIfAbsent(kind, k -> new ArrayDeque<>());
    for (Fate fate : fates) {
      queue.addLast(fate);
    }
  }

  @Override
  public Fate of(Node node, Effect call) {
    Deque<Fate> queue = next.get(call.getClass());
    if (queue != null && !queue.isEmpty()) {
      return queue.removeFirst();
    }
    return all.getOrDefault(call.getClass(), Fate.WORKS);
  }
}
