package flashsale.activity;

/** Marks what may travel between nodes; {@code pekko.conf} binds it to Jackson's CBOR. */
public interface CborSerializable {}
