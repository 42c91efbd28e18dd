package flashsale.activity;

import flashsale.model.Activity;
import flashsale.model.SlewedClock;
import flashsale.model.UserId;
import flashsale.model.VirtualClock;
import flashsale.simulation.LogModel;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One start of an activity's actor: a core, and what its shell does, on the world's virtual time.
 *
 * <p>It can be killed, paused for a while, have a clock that is wrong, and see the log late.
 */
final class Node {
  private static final int WAKES_IN_VAIN_MAX = 3;
  private static final UserId SOMEBODY = new UserId("somebody");

  /** The journal's child: what it replayed, and what it wrote since. */
  private static final class Child {
    private long seqNr;
    private JournalState state = JournalState.EMPTY;
  }

  final long incarnation;
  private final World world;
  private final ActivityCore core;
  private final SlewedClock clock;
  private long clockSkewMs;
  private boolean wasSetBack;
  private final List<Effect> effects = new ArrayList<>();
  private final Deque<Input> inbox = new ArrayDeque<>();

  /** Effects of a step in whose midst the actor paused. */
  private final Deque<Effect> rest = new ArrayDeque<>();

  private boolean alive = true;
  private @Nullable String stopped;
  private boolean hasStartedAnEpoch;
  private long pausedUntilMs;
  private long coreNowMs;
  private long wakeArmedAtMs = Turn.NEVER;
  private int wakesInVain;
  private Child child = new Child();
  private long following;
  private long tailNext;
  private long tailStalledUntilMs;
  private boolean silent;

  Node(World world, long incarnation, long clockSkewMs) {
    this.world = world;
    this.incarnation = incarnation;
    this.clockSkewMs = clockSkewMs;
    this.clock =
        VirtualClock.of(
            () -> world.now() + this.clockSkewMs, () -> TimeUnit.MILLISECONDS.toNanos(world.now()));
    this.core = new ActivityCore(World.ID, incarnation, world.limits());
  }

  World world() {
    return world;
  }

  void start() {
    perform(core.start(clock()));
    armWake();
    tick();
  }

  // What is asked.

  Request claim(String user) {
    return claim(new UserId(user), null);
  }

  Request claim(UserId user, @Nullable Consumer<Answer> heard) {
    Request request = request(Request.Kind.CLAIM, user, heard);
    take(new Input.Claim(request.user, request));
    return request;
  }

  Request findPurchase(String user) {
    return findPurchase(new UserId(user), null);
  }

  Request findPurchase(UserId user, @Nullable Consumer<Answer> heard) {
    Request request = request(Request.Kind.FIND_PURCHASE, user, heard);
    take(new Input.FindPurchase(request.user, request));
    return request;
  }

  Request look() {
    Request request = request(Request.Kind.LOOK, SOMEBODY, null);
    take(new Input.Look(request));
    return request;
  }

  Request create(Activity activity) {
    return change(asker -> new Input.Create(activity, asker));
  }

  Request pause() {
    return change(Input.Pause::new);
  }

  Request resume() {
    return change(Input.Resume::new);
  }

  Request close() {
    return change(Input.Close::new);
  }

  Request repair() {
    return change(Input.Repair::new);
  }

  Request setStock(long stock) {
    return change(asker -> new Input.SetStock(stock, asker));
  }

  private Request change(Function<Asker, Input.Change> change) {
    Request request = request(Request.Kind.CHANGE, SOMEBODY, null);
    take(change.apply(request));
    return request;
  }

  private Request request(Request.Kind kind, UserId user, @Nullable Consumer<Answer> heard) {
    Request request = new Request(this, kind, user, world.promises().requests().size() + 1, heard);
    world.promises().asked(request);
    return request;
  }

  void drain() {
    take(new Input.Drain());
  }

  // What happens to it.

  /** Its calls may still take place. */
  void kill() {
    alive = false;
  }

  void pauseFor(long ms) {
    pausedUntilMs = Math.max(pausedUntilMs, world.now() + ms);
    world.at(pausedUntilMs, this::catchUp);
  }

  void stallTailFor(long ms) {
    tailStalledUntilMs = Math.max(tailStalledUntilMs, world.now() + ms);
  }

  void stallTail() {
    tailStalledUntilMs = Turn.NEVER;
  }

  /** The following is forgotten by whoever should serve it. */
  void loseTail() {
    following = 0;
  }

  /** Shows records, and never says how fresh it is. */
  void silenceTail() {
    silent = true;
  }

  void resumeTail() {
    tailStalledUntilMs = 0;
    world.soon(this::readTail);
  }

  /** Its tail passes over others' records, up to this offset. */
  void scanTo(long nextOffset) {
    take(new Input.TailScanned(following, nextOffset));
  }

  /** What its machine's clock shows from now on, compared with the world's. */
  void setClock(long skewMs) {
    wasSetBack |= skewMs < clockSkewMs;
    clockSkewMs = skewMs;
  }

  /** Its own time may pass at half speed: until the machine's clock has caught up. */
  boolean wasSetBack() {
    return wasSetBack;
  }

  /** Loses the connection to the log. */
  void failTail(boolean fatal) {
    take(new Input.FollowFailed(following, fatal, "connection lost"));
  }

  boolean isAlive() {
    return alive;
  }

  /** Why it stopped by itself; null when it did not. */
  @Nullable String stopped() {
    return stopped;
  }

  /** Before that it answers from the journal alone. */
  boolean hasStartedAnEpoch() {
    return hasStartedAnEpoch;
  }

  /**
   * By its own clock, which may have been set back, the opening time has not come; so it answers
   * from its journal alone, and that may be old news.
   */
  boolean isBeforeOpening() {
    Instant opensAt = world.opensAt();
    return !hasStartedAnEpoch && opensAt != null && clock() < opensAt.toEpochMilli();
  }

  /** All that the core wanted so far. */
  List<Effect> effects() {
    return Collections.unmodifiableList(effects);
  }

  <E extends Effect> List<E> effects(Class<E> kind) {
    return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  long wakeAtMs() {
    return core.wakeAtMs();
  }

  // The shell.

  private long clock() {
    return clock.getAsLong();
  }

  void take(Input input) {
    if (alive) {
      inbox.addLast(input);
      catchUp();
    }
  }

  private void catchUp() {
    while (isRunning() && !rest.isEmpty()) {
      performAndNote(rest.removeFirst());
    }
    while (isRunning() && !inbox.isEmpty()) {
      step(inbox.removeFirst());
    }
  }

  private boolean isRunning() {
    return alive && world.now() >= pausedUntilMs;
  }

  private void step(Input input) {
    coreNowMs = Math.max(coreNowMs, clock());
    if (askerOf(input) instanceof Request request) {
      request.taken(coreNowMs);
    }
    world.stepped();
    world.hash().add(incarnation);
    world.hash().add(input);
    List<Effect> wanted = core.step(clock(), input);
    boolean inVain = input instanceof Input.Wake && core.wakeAtMs() <= coreNowMs;
    wakesInVain = inVain ? wakesInVain + 1 : 0;
    if (wakesInVain > WAKES_IN_VAIN_MAX) {
      throw new AssertionError("busy loop: waking does not move wakeAtMs on");
    }
    perform(wanted);
    armWake();
  }

  private static @Nullable Asker askerOf(Input input) {
    return switch (input) {
      case Input.Ask ask -> ask.asker();
      case Input.Change change -> change.asker();
      case Input.Look look -> look.asker();
      default -> null;
    };
  }

  private void armWake() {
    long at = core.wakeAtMs();
    if (alive && at < wakeArmedAtMs) {
      wakeArmedAtMs = at;
      world.at(
          at - clock() + world.now(),
          () -> {
            if (wakeArmedAtMs == at) {
              wakeArmedAtMs = Turn.NEVER;
              take(new Input.Wake());
            }
          });
    }
  }

  private void perform(List<Effect> wanted) {
    Fates.StepFate fate = world.fates().ofStep(this, wanted.size());
    int performed = Math.min(wanted.size(), fate.performed());
    for (int i = 0; i < performed; i++) {
      performAndNote(wanted.get(i));
    }
    if (fate.restAfterMs() == Fate.NEVER) {
      alive = false;
    } else if (fate.restAfterMs() > 0) {
      rest.addAll(wanted.subList(performed, wanted.size()));
      pauseFor(fate.restAfterMs());
    }
  }

  private void performAndNote(Effect effect) {
    effects.add(effect);
    world.hash().add(effect);
    if (world.keepsHistory() && !(effect instanceof Effect.Tell)) {
      world.note(this, effect);
    }
    perform(effect);
  }

  private void perform(Effect effect) {
    switch (effect) {
      case Effect.Tell tell -> {
        Request request = (Request) tell.to();
        request.told(tell.answer());
        world.promises().told(this, request, tell.answer());
      }
      case Effect.ReplayJournal replay -> replayJournal(replay);
      case Effect.WriteJournal write -> writeJournal(write);
      case Effect.Judge judge ->
          call(
              judge,
              () ->
                  new Input.Judged(
                      judge.callNo(),
                      redis(judge.call().epoch(), () -> world.redis.claim(judge.call()))),
              new Input.JudgeFailed(judge.callNo()));
      case Effect.Append append ->
          call(
              append,
              () -> new Input.Appended(append.ticket(), world.append(append.entry())),
              new Input.AppendFailed(append.ticket()));
      case Effect.Follow follow -> follow(follow);
      case Effect.ReadSnapshot read ->
          call(
              read,
              () -> new Input.SnapshotRead(now(world.postgres.snapshot(World.ID))),
              new Input.SnapshotFailed());
      case Effect.Adopt adopt ->
          call(
              adopt,
              () ->
                  new Input.AdoptDone(
                      adopt.epoch(),
                      redis(
                          adopt.epoch(),
                          () ->
                              world.redis.adopt(
                                  World.ID,
                                  adopt.previous().epoch(),
                                  adopt.previous().seq(),
                                  adopt.previous().stock(),
                                  adopt.epoch(),
                                  adopt.previous().sold(),
                                  adopt.stock()))),
              new Input.AdoptFailed(adopt.epoch()));
      case Effect.Load load -> call(load, () -> loaded(load), new Input.LoadFailed(load.epoch()));
      case Effect.Flip flip ->
          call(
              flip,
              () ->
                  new Input.FlipDone(
                      flip.epoch(),
                      redis(
                          flip.epoch(),
                          flip.garbage(),
                          () ->
                              world.redis.flip(
                                  World.ID,
                                  flip.epoch(),
                                  flip.sold(),
                                  flip.stock(),
                                  flip.garbage()))),
              new Input.FlipFailed(flip.epoch()));
      case Effect.Passivate passivate -> world.soon(this::drain);
      case Effect.Stop stop -> {
        stopped = stop.why();
        alive = false;
      }
      case Effect.Alarm alarm -> {}
      case Effect.Note note -> world.redisPromises().noted(this, note.what());
    }
  }

  private Input loaded(Effect.Load load) {
    redis(load.epoch(), () -> new BuyerLoad(World.ID, world.postgres, world.redis).run(load));
    return new Input.Loaded(load.epoch());
  }

  private <T> T redis(long epoch, Supplier<CompletionStage<T>> call) {
    return redis(epoch, OptionalLong.empty(), call);
  }

  private <T> T redis(long epoch, OptionalLong garbage, Supplier<CompletionStage<T>> call) {
    T reply = world.redisPromises().call(this, epoch, garbage, () -> now(call.get()));
    world.redisChanged();
    return reply;
  }

  /** The models answer at once. */
  private static <T> T now(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    if (!future.isDone()) {
      throw new AssertionError("a model that does not answer at once");
    }
    return future.join();
  }

  private void replayJournal(Effect.ReplayJournal replay) {
    Child started = new Child();
    child = started;
    call(
        replay,
        () -> {
          started.seqNr = world.journal.lastSeqNr();
          for (JournalEvent event : world.journal.events()) {
            started.state = started.state.with(event, started.state.seqNr() + 1);
          }
          return new Input.JournalReplayed(started.state);
        },
        new Input.JournalFailed());
  }

  private void writeJournal(Effect.WriteJournal write) {
    hasStartedAnEpoch |= write.event() instanceof JournalEvent.EpochStarted;
    Child writer = child;
    long seqNr = writer.seqNr + 1;
    call(
        write,
        () -> {
          if (!world.journal.insert(seqNr, write.event())) {
            return new Input.JournalFailed();
          }
          writer.seqNr = seqNr;
          writer.state = writer.state.with(write.event(), writer.state.seqNr() + 1);
          return new Input.JournalWritten(write.event(), writer.state.seqNr());
        },
        new Input.JournalFailed());
  }

  private void call(Effect effect, Supplier<Input> takesPlace, Input failed) {
    Fate fate = world.fateOf(this, effect);
    if (fate.equals(Fate.HELD)) {
      world.hold(effect, () -> call(Fate.WORKS, takesPlace, failed));
    } else {
      call(fate, takesPlace, failed);
    }
  }

  private void call(Fate fate, Supplier<Input> takesPlace, Input failed) {
    if (fate.takesPlaceAfterMs() != Fate.NEVER) {
      world.in(
          fate.takesPlaceAfterMs(),
          () -> {
            Input result = takesPlace.get();
            if (fate.succeeds()) {
              world.in(fate.heardAfterMs(), () -> take(result));
            }
            if (fate.again() != Fate.NEVER) {
              world.in(
                  fate.again(),
                  () -> {
                    Input unheard = takesPlace.get();
                    assert unheard != null;
                  });
            }
          });
    }
    if (!fate.succeeds()) {
      world.in(fate.heardAfterMs(), () -> take(failed));
    }
  }

  // The tail.

  private void follow(Effect.Follow follow) {
    int more = following == 0 ? 0 : world.fates().entriesOfOldTail(this);
    if (more > 0) {
      long oldFollowing = following;
      long oldNext = tailNext;
      world.soon(() -> deliver(oldFollowing, oldNext, more));
    }
    following = follow.following();
    tailNext = follow.fromOffset();
    world.soon(this::readTail);
  }

  private void tick() {
    if (alive) {
      readTail();
      world.in(world.tickMs(), this::tick);
    }
  }

  /** Delivers what the log has, in order, unless this tail is stalled. */
  void readTail() {
    if (!alive || following == 0 || world.now() < tailStalledUntilMs) {
      return;
    }
    if (world.log.indexFrom(tailNext) < world.log.size()) {
      Fates.TailFate fate = world.fates().ofTail(this);
      if (fate.repeated() > 0) {
        int from = Math.max(0, world.log.indexFrom(tailNext) - fate.repeated());
        deliver(following, world.log.record(from).offset(), fate.repeated());
      }
      if (fate.afterMs() > 0) {
        stallTailFor(fate.afterMs());
        world.at(tailStalledUntilMs, this::readTail);
        return;
      }
    }
    long number = following;
    long next = deliver(number, tailNext, Integer.MAX_VALUE);
    if (following == number) {
      tailNext = next;
      if (!silent) {
        take(new Input.TailFresh(number, clock()));
      }
    }
  }

  /** Returns where to go on. */
  private long deliver(long number, long fromOffset, int most) {
    LogModel log = world.log;
    int first = log.indexFrom(fromOffset);
    int end = (int) Math.min(log.size(), 0L + first + most);
    long next = fromOffset;
    for (int i = first; i < end; i++) {
      LogModel.Record record = log.record(i);
      if (record.offset() > next) {
        take(new Input.TailScanned(number, record.offset()));
      }
      next = record.offset() + 1;
      take(new Input.LogRead(number, record.offset(), record.timestampMs(), record.entry()));
    }
    return next;
  }

  @Override
  public String toString() {
    return "node " + incarnation;
  }
}
