package flashsale.bench;

import java.io.IOException;

/** One thing that is measured, on a running system. */
enum Scenario {
  ACCEPT("accept", "every request a new shopper, stock never ends, one activity", 201) {
    @Override
    Stage.Run run(Stage stage) throws IOException, InterruptedException {
      stage.create(stage.shoppers());
      return stage.load(0, stage.shoppers(), false);
    }
  },
  REFUSE_SOLD_OUT("refuse: sold out", "every request by somebody who has none", 409) {
    @Override
    Stage.Run run(Stage stage) throws IOException, InterruptedException {
      stage.create(SOLD);
      stage.sell(SOLD);
      return stage.load(SOLD, stage.shoppers(), true);
    }
  },
  REFUSE_DUPLICATE("refuse: duplicate", "every request by somebody who has a unit", 409) {
    @Override
    Stage.Run run(Stage stage) throws IOException, InterruptedException {
      stage.create(stage.shoppers());
      stage.sell(SOLD);
      return stage.load(0, SOLD, true);
    }
  };

  /** Before refusals are measured. */
  private static final int SOLD = 5000;

  private final String title;
  private final String what;
  private final int rightStatus;

  Scenario(String title, String what, int rightStatus) {
    this.title = title;
    this.what = what;
    this.rightStatus = rightStatus;
  }

  String title() {
    return title;
  }

  String what() {
    return what;
  }

  /** Measures it once, on an activity of its own. */
  abstract Stage.Run run(Stage stage) throws IOException, InterruptedException;

  /** Requests with another answer than the scenario is about. */
  long errors(Load.Outcome outcome) {
    return outcome.all() - outcome.of(rightStatus);
  }
}
