package flashsale.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LiveHeapTest {
  @Test
  void readsTheLastLine() {
    String histogram =
        """
         num     #instances         #bytes  class name (module)
        -------------------------------------------------------
           1:         33178        2863312  [B (java.base@25)
           2:          1000          24000  a.TotalOfMine
        Total        423178       31863312
        """;
    assertThat(LiveHeap.total(histogram)).isEqualTo(31_863_312);
  }

  @Test
  void aProcessThatIsNoJvmHasNone() {
    assertThatThrownBy(() -> LiveHeap.total("no such process"))
        .hasMessage("no histogram: no such process");
  }
}
