import com.posthog.server.PostHog;
import com.posthog.server.PostHogCaptureOptions;
import com.posthog.server.PostHogConfig;
import com.rudderstack.sdk.java.analytics.RudderAnalytics;
import com.segment.analytics.Analytics;
import com.snowplowanalytics.snowplow.tracker.Snowplow;
import com.snowplowanalytics.snowplow.tracker.configuration.EmitterConfiguration;
import com.snowplowanalytics.snowplow.tracker.configuration.NetworkConfiguration;
import com.snowplowanalytics.snowplow.tracker.configuration.SubjectConfiguration;
import com.snowplowanalytics.snowplow.tracker.configuration.TrackerConfiguration;
import com.snowplowanalytics.snowplow.tracker.events.SelfDescribing;
import com.snowplowanalytics.snowplow.tracker.payload.SelfDescribingJson;
import java.util.Map;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Sends events with an SDK for Java: see README.md. Arguments: SDK, URL, key. */
public class Send {
  /** What can't be sent yet is repeated while the program runs. */
  static final int PATIENCE_SECONDS = 100;

  static void rounds(Consumer<Map<String, Object>> send, Runnable flush) throws InterruptedException {
    for (int n = 0; n < 15; n++) {
      if (n == 5 || n == 10) {
        flush.run();
        Thread.sleep(1000);
      }
      send.accept(Map.of("n", n, "order_id", 9007199254740993L, "text", "Käse 茶"));
    }
    flush.run();
  }

  public static void main(String[] args) throws Exception {
    String url = args[1];
    String key = args[2];
    CountDownLatch open = new CountDownLatch(15);
    switch (args[0]) {
      case "segment" -> {
        Analytics analytics = Analytics.builder(key).endpoint(url).callback(new com.segment.analytics.Callback() {
          public void success(com.segment.analytics.messages.Message message) {
            open.countDown();
          }

          public void failure(com.segment.analytics.messages.Message message, Throwable error) {
            open.countDown();
          }
        }).build();
        rounds(data -> analytics.enqueue(
            com.segment.analytics.messages.TrackMessage.builder("Order Completed").userId("ann").properties(data)),
            analytics::flush);
        open.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        analytics.shutdown();
      }
      case "rudderstack" -> {
        RudderAnalytics analytics = RudderAnalytics.builder(key).setDataPlaneUrl(url)
            .callback(new com.rudderstack.sdk.java.analytics.Callback() {
              public void success(com.rudderstack.sdk.java.analytics.messages.Message message) {
                open.countDown();
              }

              public void failure(com.rudderstack.sdk.java.analytics.messages.Message message, Throwable error) {
                open.countDown();
              }
            }).build();
        rounds(data -> analytics.enqueue(com.rudderstack.sdk.java.analytics.messages.TrackMessage
            .builder("Order Completed").userId("ann").properties(data)), analytics::flush);
        open.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        analytics.shutdown();
      }
      case "posthog" -> {
        var posthog = PostHog.with(new PostHogConfig.Builder(key).host(url).flushAt(5).build());
        rounds(data -> posthog.capture("ann", "Order Completed",
            new PostHogCaptureOptions.Builder().properties(data).build()), posthog::flush);
        Thread.sleep(15_000);
        posthog.close();
      }
      case "snowplow" -> {
        var tracker = Snowplow.createTracker(new TrackerConfiguration("sp", "shop"),
            new NetworkConfiguration(url + "/" + key), new EmitterConfiguration().batchSize(5),
            new SubjectConfiguration().userId("ann"));
        String schema = "iglu:com.example/order_completed/jsonschema/1-0-0";
        rounds(data -> tracker.track(
            SelfDescribing.builder().eventData(new SelfDescribingJson(schema, data)).build()), () -> {});
        // What failed is repeated with the next event alone, or when it is told to.
        var untilTold = CompletableFuture.supplyAsync(() -> new Scanner(System.in).hasNext());
        while (!untilTold.isDone()) {
          Thread.sleep(500);
          tracker.getEmitter().flushBuffer();
        }
        tracker.close();
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
    System.exit(0);
  }
}
