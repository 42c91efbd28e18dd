package flashsale.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Collection;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.api.Test;

final class NetworkFaultsTest {
  @Test
  void knowsAScriptFromOtherCommands() {
    assertThat(NetworkFaults.runsAScript(redis("EVALSHA", "abc", "0"))).isTrue();
    assertThat(NetworkFaults.runsAScript(redis("EVAL", "return 1", "0"))).isTrue();
    assertThat(NetworkFaults.runsAScript(redis("HELLO", "3"))).isFalse();
  }

  @Test
  void knowsAProduceFromOtherRequests() {
    assertThat(NetworkFaults.produces(kafka((short) 0, (short) 9, new ProduceRequestData())))
        .isTrue();
    assertThat(NetworkFaults.produces(kafka((short) 3, (short) 9, new MetadataRequestData())))
        .isFalse();
    assertThat(NetworkFaults.produces(ByteBuffer.wrap(new byte[100]))).isFalse();
    assertThat(NetworkFaults.produces(ByteBuffer.wrap(new byte[3]))).isFalse();
  }

  @Test
  void everyFaultHasANameOfItsOwn() {
    assertThat(FaultList.all().stream().map(Fault::name)).doesNotHaveDuplicates();
    assertThat(FaultList.all().stream().map(Fault::name)).containsAll(quick());
  }

  private static Collection<String> quick() {
    return FaultList.QUICK;
  }

  private static ByteBuffer redis(String... words) {
    StringBuilder command = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      command.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return ByteBuffer.wrap(command.toString().getBytes(US_ASCII));
  }

  private static ByteBuffer kafka(short key, short version, ApiMessage body) {
    var header =
        MessageUtil.toByteBufferAccessor(
                new RequestHeaderData()
                    .setRequestApiKey(key)
                    .setRequestApiVersion(version)
                    .setCorrelationId(7)
                    .setClientId("node"),
                (short) 2)
            .buffer();
    var content = MessageUtil.toByteBufferAccessor(body, version).buffer();
    ByteBuffer whole = ByteBuffer.allocate(4 + header.remaining() + content.remaining());
    return whole.putInt(header.remaining() + content.remaining()).put(header).put(content).flip();
  }
}
