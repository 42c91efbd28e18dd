package flashsale.gateway;

import flashsale.v1.Activity;
import flashsale.v1.ActivityStatus;
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
import flashsale.v1.Nothing;
import flashsale.v1.NumberedReply;
import flashsale.v1.Order;
import flashsale.v1.PauseActivityRequest;
import flashsale.v1.Product;
import flashsale.v1.RepairActivityReply;
import flashsale.v1.RepairActivityRequest;
import flashsale.v1.ResumeActivityRequest;
import flashsale.v1.SetStockRequest;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/**
 * An inventory that answers what a test says. Knows the activity {@code known} and no other; what a
 * test did not prepare fails.
 */
final class FakeInventory implements Inventory {
  static final String KNOWN = "known";

  volatile Function<ClaimRequest, CompletionStage<ClaimReply>> claim = unprepared();
  volatile Function<FindPurchaseRequest, CompletionStage<FindPurchaseReply>> findPurchase =
      unprepared();
  volatile Function<GetActivityRequest, CompletionStage<GetActivityReply>> getActivity =
      FakeInventory::knownOnly;
  volatile Function<ListActivitiesRequest, CompletionStage<ListActivitiesReply>> listActivities =
      unprepared();
  volatile Function<ListOrdersRequest, CompletionStage<ListOrdersReply>> listOrders = unprepared();
  volatile Function<GetOrderRequest, CompletionStage<GetOrderReply>> getOrder = unprepared();
  volatile Function<CreateActivityRequest, CompletionStage<ChangeActivityReply>> createActivity =
      unprepared();
  volatile Function<PauseActivityRequest, CompletionStage<ChangeActivityReply>> pauseActivity =
      unprepared();
  volatile Function<ResumeActivityRequest, CompletionStage<ChangeActivityReply>> resumeActivity =
      unprepared();
  volatile Function<CloseActivityRequest, CompletionStage<ChangeActivityReply>> closeActivity =
      unprepared();
  volatile Function<SetStockRequest, CompletionStage<ChangeActivityReply>> setStock = unprepared();
  volatile Function<GetProofRequest, CompletionStage<GetProofReply>> getProof = unprepared();

  volatile Function<RepairActivityRequest, CompletionStage<RepairActivityReply>> repairActivity =
      unprepared();

  volatile Function<GetBuyerFilterRequest, CompletionStage<GetBuyerFilterReply>> getBuyerFilter =
      unprepared();

  final AtomicInteger filters = new AtomicInteger();
  final AtomicInteger claims = new AtomicInteger();
  final AtomicInteger lookups = new AtomicInteger();

  static <R> CompletionStage<R> now(R reply) {
    return CompletableFuture.completedFuture(reply);
  }

  static <Q, R> Function<Q, CompletionStage<R>> always(R reply) {
    return request -> now(reply);
  }

  static <Q, R> Function<Q, CompletionStage<R>> failing(Status status) {
    return request -> CompletableFuture.failedFuture(status.asRuntimeException());
  }

  static <Q, R> Function<Q, CompletionStage<R>> silent() {
    return request -> new CompletableFuture<>();
  }

  private static <Q, R> Function<Q, CompletionStage<R>> unprepared() {
    return failing(Status.UNIMPLEMENTED);
  }

  private static CompletionStage<GetActivityReply> knownOnly(GetActivityRequest request) {
    GetActivityReply.Builder reply = GetActivityReply.newBuilder();
    return now(
        request.getActivityId().equals(KNOWN)
            ? reply.setFound(activity()).build()
            : reply.setUnknownActivity(Nothing.getDefaultInstance()).build());
  }

  static Activity activity() {
    return Activity.newBuilder()
        .setActivityId(KNOWN)
        .setTitle("A phone for a penny")
        .setProduct(product())
        .setStatus(ActivityStatus.OPEN)
        .setStock(100)
        .setLeft(58)
        .setOpensAtMs(1_790_000_000_000L)
        .build();
  }

  static Product product() {
    return Product.newBuilder().setProductId("phone-1").setAmount(4999).setCurrency("EUR").build();
  }

  static Order order(String user) {
    return Order.newBuilder()
        .setOrderId("0f0e0d0c-0b0a-3908-8706-050403020100")
        .setActivityId(KNOWN)
        .setUserId(user)
        .setQuantity(1)
        .setProduct(product())
        .setSequence(42)
        .setConfirmedAtMs(1_790_000_000_123L)
        .build();
  }

  @Override
  public CompletionStage<ClaimReply> claim(ClaimRequest in) {
    claims.incrementAndGet();
    return claim.apply(in);
  }

  @Override
  public Source<ClaimReplies, NotUsed> claims(Source<ClaimBatch, NotUsed> in) {
    return in.mapConcat(ClaimBatch::getClaimsList)
        .mapAsync(
            1,
            numbered ->
                claim(numbered.getClaim())
                    .thenApply(reply ->
                        NumberedReply.newBuilder()
                            .setNumber(numbered.getNumber())
                            .setReply(reply)
                            .build()))
        .map(reply -> ClaimReplies.newBuilder().addReplies(reply).build());
  }

  @Override
  public CompletionStage<GetBuyerFilterReply> getBuyerFilter(GetBuyerFilterRequest in) {
    filters.incrementAndGet();
    return getBuyerFilter.apply(in);
  }

  @Override
  public CompletionStage<FindPurchaseReply> findPurchase(FindPurchaseRequest in) {
    return findPurchase.apply(in);
  }

  @Override
  public CompletionStage<GetActivityReply> getActivity(GetActivityRequest in) {
    lookups.incrementAndGet();
    return getActivity.apply(in);
  }

  @Override
  public CompletionStage<ListActivitiesReply> listActivities(ListActivitiesRequest in) {
    return listActivities.apply(in);
  }

  @Override
  public CompletionStage<ListOrdersReply> listOrders(ListOrdersRequest in) {
    return listOrders.apply(in);
  }

  @Override
  public CompletionStage<GetOrderReply> getOrder(GetOrderRequest in) {
    return getOrder.apply(in);
  }

  @Override
  public CompletionStage<ChangeActivityReply> createActivity(CreateActivityRequest in) {
    return createActivity.apply(in);
  }

  @Override
  public CompletionStage<ChangeActivityReply> pauseActivity(PauseActivityRequest in) {
    return pauseActivity.apply(in);
  }

  @Override
  public CompletionStage<ChangeActivityReply> resumeActivity(ResumeActivityRequest in) {
    return resumeActivity.apply(in);
  }

  @Override
  public CompletionStage<ChangeActivityReply> closeActivity(CloseActivityRequest in) {
    return closeActivity.apply(in);
  }

  @Override
  public CompletionStage<ChangeActivityReply> setStock(SetStockRequest in) {
    return setStock.apply(in);
  }

  @Override
  public CompletionStage<RepairActivityReply> repairActivity(RepairActivityRequest in) {
    return repairActivity.apply(in);
  }

  @Override
  public CompletionStage<GetProofReply> getProof(GetProofRequest in) {
    return getProof.apply(in);
  }
}
