package flashsale.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import flashsale.config.Settings.HostPort;
import flashsale.v1.ClaimReply;
import flashsale.v1.ClaimRequest;
import flashsale.v1.Inventory;
import io.grpc.Status;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is asked, with nodes that a test holds in its hand. */
class InventoryNodesTest {
  private static final HostPort A = new HostPort("a", 1);
  private static final HostPort B = new HostPort("b", 1);
  private static final HostPort C = new HostPort("c", 1);
  private static final ClaimReply REPLY =
      ClaimReply.newBuilder().setSoldOut(ClaimReply.SoldOut.getDefaultInstance()).build();

  private final Map<HostPort, FakeNode> made = new HashMap<>();
  private final List<String> asked = new ArrayList<>();
  private final InventoryNodes nodes =
      new InventoryNodes(at -> {
        FakeNode node = new FakeNode(at.host());
        made.put(at, node);
        return node;
      });

  private final class FakeNode implements InventoryNodes.Node {
    final String name;
    boolean serves = true;
    boolean closed;
    Status.@Nullable Code fault;

    FakeNode(String name) {
      this.name = name;
    }

    @Override
    public Inventory inventory() {
      return (Inventory)
          Proxy.newProxyInstance(
              Inventory.class.getClassLoader(),
              new Class<?>[] {Inventory.class},
              (proxy, method, args) -> {
                asked.add(name);
                return fault == null
                    ? CompletableFuture.completedFuture(REPLY)
                    : CompletableFuture.failedFuture(fault.toStatus().asRuntimeException());
              });
    }

    @Override
    public CompletionStage<ClaimReply> claim(ClaimRequest claim) {
      return inventory().claim(claim);
    }

    @Override
    public boolean serves() {
      return serves;
    }

    @Override
    public void missed() {
      serves = false;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private FakeNode node(HostPort at) {
    FakeNode node = made.get(at);
    if (node == null) {
      throw new AssertionError(at + " was not connected to");
    }
    return node;
  }

  private CompletionStage<ClaimReply> claim() {
    return nodes.claim(ClaimRequest.getDefaultInstance());
  }

  @Test
  void theyTakeTurns() {
    nodes.follow(Set.of(A, B, C));
    for (int i = 0; i < 6; i++) {
      claim();
    }
    assertThat(asked.subList(0, 3)).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(asked.subList(3, 6)).isEqualTo(asked.subList(0, 3));
  }

  @Test
  void oneThatDoesNotServeIsLeftOut() {
    nodes.follow(Set.of(A, B));
    node(A).serves = false;
    claim();
    claim();
    assertThat(asked).containsExactly("b", "b");
    assertThat(nodes.isAnyServing()).isTrue();
  }

  @Test
  void oneThatCannotBeReachedIsLeftOutUntilItServesAgain() {
    nodes.follow(Set.of(A, B));
    node(A).fault = Status.Code.UNAVAILABLE;
    node(B).fault = Status.Code.UNAVAILABLE;
    assertThat(claim().toCompletableFuture()).isCompletedExceptionally();
    String first = asked.getFirst();
    claim();
    assertThat(asked.get(1)).isNotEqualTo(first);

    node(A).fault = null;
    node(A).serves = true;
    asked.clear();
    claim();
    claim();
    assertThat(asked).containsExactly("a", "a");
  }

  @Test
  void aFaultOfTheRequestIsNoFaultOfTheNode() {
    nodes.follow(Set.of(A));
    node(A).fault = Status.Code.INVALID_ARGUMENT;
    claim();
    assertThat(nodes.isAnyServing()).isTrue();
  }

  @Test
  void whenNobodyServesTheyAreAskedAllTheSame() {
    nodes.follow(Set.of(A, B));
    node(A).serves = false;
    node(B).serves = false;
    assertThat(claim().toCompletableFuture()).isCompletedWithValue(REPLY);
    assertThat(nodes.isAnyServing()).isFalse();
  }

  @Test
  void whereNobodyIsKnownNothingWasSent() {
    CompletableFuture<ClaimReply> reply = claim().toCompletableFuture();
    assertThat(reply).isCompletedExceptionally();
    assertThat(GrpcFaults.nothingWasSent(reply.exceptionNow())).isTrue();
    assertThat(GrpcFaults.code(reply.exceptionNow())).isEqualTo(Status.Code.UNAVAILABLE);
  }

  @Test
  void keepsTheConnectionsOfThoseThatStay() {
    nodes.follow(Set.of(A, B));
    FakeNode a = node(A);
    FakeNode b = node(B);
    nodes.follow(Set.of(B, C));
    assertThat(a.closed).isTrue();
    assertThat(b.closed).isFalse();
    assertThat(node(B)).isSameAs(b);
    claim();
    claim();
    assertThat(asked).containsExactlyInAnyOrder("b", "c");
  }
}
