package flashsale.gateway;

import flashsale.model.ActivityId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.scaladsl.model.Uri;

/**
 * Every path of the contract, grouped by who may call it.
 *
 * <p>An id is kept as it was sent, percent-decoded: whether it is well-formed is decided after the
 * faults that come before it. A path that is none of these is {@link Nowhere}, or, under {@code
 * /v1/admin}, {@link NowhereInAdmin}: outsiders do not learn which paths exist there.
 */
sealed interface Route {

  /** Needs no token. */
  sealed interface Open extends Route {}

  /** Needs a shopper's token. */
  sealed interface Shopping extends Route {}

  /** Needs a token with the role {@code ops}. */
  sealed interface Ops extends Route {}

  /** Is about one activity, named in the path. */
  sealed interface OfActivity extends Route {
    String id();
  }

  record Nowhere() implements Open {}

  record Activities() implements Open {}

  record OneActivity(String id) implements Open, OfActivity {}

  record Purchases(String id) implements Shopping, OfActivity {}

  record MyPurchase(String id) implements Shopping, OfActivity {}

  record Orders() implements Shopping {}

  record OneOrder(String id) implements Shopping {}

  record NowhereInAdmin() implements Ops {}

  record NewActivity() implements Ops {}

  record Pause(String id) implements Ops, OfActivity {}

  record Resume(String id) implements Ops, OfActivity {}

  record Close(String id) implements Ops, OfActivity {}

  record Repair(String id) implements Ops, OfActivity {}

  record SetStock(String id) implements Ops, OfActivity {}

  record GetProof(String id) implements Ops, OfActivity {}

  /** What a path can be asked for. HEAD is served wherever GET is. */
  enum Verb {
    GET("GET, HEAD"),
    POST("POST"),
    PUT("PUT");

    private final String allow;

    Verb(String allow) {
      this.allow = allow;
    }

    /** The value of the header {@code Allow}. */
    String allow() {
      return allow;
    }

    boolean serves(String method) {
      return method.equals(name()) || (this == GET && method.equals("HEAD"));
    }
  }

  /** The one verb of this path; none when there is no such path. */
  default Optional<Verb> verb() {
    return switch (this) {
      case Nowhere() -> Optional.empty();
      case NowhereInAdmin() -> Optional.empty();
      case Activities() -> Optional.of(Verb.GET);
      case OneActivity one -> Optional.of(Verb.GET);
      case Purchases purchases -> Optional.of(Verb.POST);
      case MyPurchase mine -> Optional.of(Verb.GET);
      case Orders() -> Optional.of(Verb.GET);
      case OneOrder one -> Optional.of(Verb.GET);
      case NewActivity() -> Optional.of(Verb.POST);
      case Pause pause -> Optional.of(Verb.POST);
      case Resume resume -> Optional.of(Verb.POST);
      case Close close -> Optional.of(Verb.POST);
      case Repair repair -> Optional.of(Verb.POST);
      case SetStock stock -> Optional.of(Verb.PUT);
      case GetProof proof -> Optional.of(Verb.GET);
    };
  }

  /** The activity this path is about, when it names one and the name can be one. */
  default Optional<ActivityId> activity() {
    return this instanceof OfActivity of && ActivityId.isValid(of.id())
        ? Optional.of(new ActivityId(of.id()))
        : Optional.empty();
  }

  static Route of(Uri.Path path) {
    List<String> segments = segments(path);
    if (segments.size() < 2 || !segments.getFirst().equals("v1")) {
      return new Nowhere();
    }
    List<String> rest = segments.subList(2, segments.size());
    return switch (segments.get(1)) {
      case "activities" -> activities(rest);
      case "orders" -> orders(rest);
      case "admin" -> admin(rest);
      default -> new Nowhere();
    };
  }

  private static Route activities(List<String> rest) {
    if (rest.isEmpty()) {
      return new Activities();
    }
    String id = rest.getFirst();
    if (id.isEmpty()) {
      return new Nowhere();
    }
    return switch (String.join("/", rest.subList(1, rest.size()))) {
      case "" -> rest.size() == 1 ? new OneActivity(id) : new Nowhere();
      case "purchases" -> new Purchases(id);
      case "purchases/me" -> rest.size() == 3 ? new MyPurchase(id) : new Nowhere();
      default -> new Nowhere();
    };
  }

  private static Route orders(List<String> rest) {
    return switch (rest.size()) {
      case 0 -> new Orders();
      case 1 -> rest.getFirst().isEmpty() ? new Nowhere() : new OneOrder(rest.getFirst());
      default -> new Nowhere();
    };
  }

  private static Route admin(List<String> rest) {
    if (rest.isEmpty() || !rest.getFirst().equals("activities")) {
      return new NowhereInAdmin();
    }
    if (rest.size() == 1) {
      return new NewActivity();
    }
    String id = rest.get(1);
    if (rest.size() != 3 || id.isEmpty()) {
      return new NowhereInAdmin();
    }
    return switch (rest.get(2)) {
      case "pause" -> new Pause(id);
      case "resume" -> new Resume(id);
      case "close" -> new Close(id);
      case "repair" -> new Repair(id);
      case "stock" -> new SetStock(id);
      case "proof" -> new GetProof(id);
      default -> new NowhereInAdmin();
    };
  }

  /** Splits before it decodes: an escaped slash stays inside its segment. */
  private static List<String> segments(Uri.Path path) {
    List<String> segments = new ArrayList<>(6);
    Uri.Path rest = path;
    while (rest.startsWithSlash()) {
      rest = rest.tail();
      if (rest.startsWithSegment()) {
        segments.add((String) rest.head());
        rest = rest.tail();
      } else {
        segments.add("");
      }
    }
    return segments;
  }
}
