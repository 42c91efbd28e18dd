package flashsale.gateway;

import flashsale.config.Settings;
import flashsale.config.Settings.HostPort;
import flashsale.v1.ChangeActivityReply;
import flashsale.v1.ClaimBatch;
import flashsale.v1.ClaimReplies;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.CloseActivityRequest;
import flashsale.v1.CreateActivityRequest;
import flashsale.v1.FindPurchaseReply;
import flashsale.v1.FindPurchaseRequest;
import flashsale.v1.GetActivityReply;
import flashsale.v1.GetActivityRequest;
import flashsale.v1.GetBuyerFilterReply;
import flashsale.v1.GetBuyerFilterRequest;
import flashsale.v1.GetOrderReply;
import flashsale.v1.GetOrderRequest;
import flashsale.v1.GetProofReply;
import flashsale.v1.GetProofRequest;
import flashsale.v1.Inventory;
import flashsale.v1.ListActivitiesReply;
import flashsale.v1.ListActivitiesRequest;
import flashsale.v1.ListOrdersReply;
import flashsale.v1.ListOrdersRequest;
import flashsale.v1.PauseActivityRequest;
import flashsale.v1.RepairActivityReply;
import flashsale.v1.RepairActivityRequest;
import flashsale.v1.ResumeActivityRequest;
import flashsale.v1.SetStockRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The inventory, behind whichever of its nodes is next.
 *
 * <p>The nodes take turns. One that could not be reached, or does not say that it serves, is left
 * out until it says so again; when that holds for all of them, all are asked, because a wrong guess
 * costs a fault and no guess costs every claim. So whoever repeats a call that failed reaches
 * another node. Safe for any number of threads.
 */
public final class InventoryNodes implements Inventory, AutoCloseable {
  /** Nobody was asked: there is nobody to ask yet. */
  static final class NoneKnown extends StatusRuntimeException {
    private static final long serialVersionUID = 1;

    NoneKnown() {
      super(Status.UNAVAILABLE.withDescription("no inventory node is known"));
    }
  }

  /** One node, and the connections to it. */
  interface Node {
    Inventory inventory();

    /** On the stream of claims; ends within the claim time-out. */
    CompletionStage<ClaimReply> claim(ClaimRequest claim);

    /** Whether it said so when it was asked last. */
    boolean serves();

    /** It could not be reached: it does not serve before it says so again. */
    void missed();

    /** Calls under way may end first. */
    void close();
  }

  private final Function<HostPort, Node> connect;
  private final AtomicInteger turn = new AtomicInteger();
  private volatile List<Known> known = List.of();

  private record Known(HostPort at, Node node) {}

  /** Over gRPC; nobody is known until it is told whom to follow. */
  public static InventoryNodes over(ActorSystem<?> system, Settings.Grpc limits) {
    return new InventoryNodes(at -> new InventoryConnection(system, limits, at));
  }

  InventoryNodes(Function<HostPort, Node> connect) {
    this.connect = connect;
  }

  /** From now on these are the nodes. */
  public synchronized void follow(Set<HostPort> now) {
    List<Known> next = new ArrayList<>();
    for (Known one : known) {
      if (now.contains(one.at)) {
        next.add(one);
      }
    }
    for (HostPort at : now) {
      if (next.stream().noneMatch(one -> one.at.equals(at))) {
        next.add(new Known(at, connect.apply(at)));
      }
    }
    List<Known> before = known;
    known = List.copyOf(next);
    before.stream().filter(one -> !next.contains(one)).forEach(one -> one.node.close());
  }

  /** Whether a claim would find a node that says that it serves. */
  public boolean isAnyServing() {
    return known.stream().anyMatch(one -> one.node.serves());
  }

  @Override
  public void close() {
    follow(Set.of());
  }

  private <R> CompletionStage<R> call(Function<Inventory, CompletionStage<R>> call) {
    return callNode(node -> call.apply(node.inventory()));
  }

  private <R> CompletionStage<R> callNode(Function<Node, CompletionStage<R>> call) {
    List<Known> all = known;
    if (all.isEmpty()) {
      return CompletableFuture.failedStage(new NoneKnown());
    }
    Node node = next(all);
    return GrpcFaults.invoke(call, node)
        .whenComplete((reply, fault) -> {
          if (fault != null && GrpcFaults.code(fault) == Status.Code.UNAVAILABLE) {
            node.missed();
          }
        });
  }

  private Node next(List<Known> all) {
    int first = Math.floorMod(turn.getAndIncrement(), all.size());
    for (int i = 0; i < all.size(); i++) {
      Node node = all.get((first + i) % all.size()).node;
      if (node.serves()) {
        return node;
      }
    }
    return all.get(first).node;
  }

  @Override
  public CompletionStage<ClaimReply> claim(ClaimRequest in) {
    return callNode(node -> node.claim(in));
  }

  /** A stream belongs to one node, so it is each connection's own. */
  @Override
  public Source<ClaimReplies, NotUsed> claims(Source<ClaimBatch, NotUsed> in) {
    throw new UnsupportedOperationException("claims are sent one by one here");
  }

  @Override
  public CompletionStage<FindPurchaseReply> findPurchase(FindPurchaseRequest in) {
    return call(node -> node.findPurchase(in));
  }

  @Override
  public CompletionStage<GetBuyerFilterReply> getBuyerFilter(GetBuyerFilterRequest in) {
    return call(node -> node.getBuyerFilter(in));
  }

  @Override
  public CompletionStage<GetActivityReply> getActivity(GetActivityRequest in) {
    return call(node -> node.getActivity(in));
  }

  @Override
  public CompletionStage<ListActivitiesReply> listActivities(ListActivitiesRequest in) {
    return call(node -> node.listActivities(in));
  }

  @Override
  public CompletionStage<ListOrdersReply> listOrders(ListOrdersRequest in) {
    return call(node -> node.listOrders(in));
  }

  @Override
  public CompletionStage<GetOrderReply> getOrder(GetOrderRequest in) {
    return call(node -> node.getOrder(in));
  }

  @Override
  public CompletionStage<ChangeActivityReply> createActivity(CreateActivityRequest in) {
    return call(node -> node.createActivity(in));
  }

  @Override
  public CompletionStage<ChangeActivityReply> pauseActivity(PauseActivityRequest in) {
    return call(node -> node.pauseActivity(in));
  }

  @Override
  public CompletionStage<ChangeActivityReply> resumeActivity(ResumeActivityRequest in) {
    return call(node -> node.resumeActivity(in));
  }

  @Override
  public CompletionStage<ChangeActivityReply> closeActivity(CloseActivityRequest in) {
    return call(node -> node.closeActivity(in));
  }

  @Override
  public CompletionStage<ChangeActivityReply> setStock(SetStockRequest in) {
    return call(node -> node.setStock(in));
  }

  @Override
  public CompletionStage<GetProofReply> getProof(GetProofRequest in) {
    return call(node -> node.getProof(in));
  }

  @Override
  public CompletionStage<RepairActivityReply> repairActivity(RepairActivityRequest in) {
    return call(node -> node.repairActivity(in));
  }
}
