package flashsale.activity;

import flashsale.model.ActivityId;
import flashsale.model.Partitions;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;

/** Spreads activities over the inventory nodes: the shard of an activity is its Kafka partition. */
public final class ActivityShards {
  private ActivityShards() {}

  /** Lets this node host activities; once per actor system. */
  public static void start(
      ActorSystem<?> system, Partitions partitions, ActivityActor.Surroundings surroundings) {
    ClusterSharding.get(system)
        .init(
            Entity.of(
                    ActivityActor.KEY,
                    entity ->
                        ActivityActor.create(
                            new ActivityId(entity.getEntityId()), entity.getShard(), surroundings))
                .withRole("inventory")
                .withStopMessage(new ActivityActor.Drain())
                .withMessageExtractor(new ByPartition(partitions)));
    system.systemActorOf(Undelivered.create(), "activity-undelivered", Props.empty());
  }

  private static final class ByPartition
      extends ShardingMessageExtractor<
          ShardingEnvelope<ActivityActor.Message>, ActivityActor.Message> {
    private final Partitions partitions;

    ByPartition(Partitions partitions) {
      this.partitions = partitions;
    }

    @Override
    public String entityId(ShardingEnvelope<ActivityActor.Message> envelope) {
      return envelope.entityId();
    }

    @Override
    public String shardId(String entityId) {
      return Integer.toString(partitions.of(new ActivityId(entityId)));
    }

    @Override
    public ActivityActor.Message unwrapMessage(ShardingEnvelope<ActivityActor.Message> envelope) {
      return envelope.message();
    }
  }
}
