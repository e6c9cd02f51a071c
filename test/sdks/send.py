"""Sends events with an SDK for Python: see README.md. Arguments: SDK, URL, key."""

import select
import sys
import time

sdk, url, key = sys.argv[1:]


def rounds():
    for number in range(15):
        if number in (5, 10):
            yield None
            time.sleep(1)
        yield {"n": number, "order_id": 9007199254740993, "text": "Käse 茶"}
    yield None


if sdk == "segment":
    import segment.analytics as analytics

    analytics.write_key = key
    analytics.host = url
    for properties in rounds():
        if properties is not None:
            analytics.track("ann", "Order Completed", properties)
    analytics.shutdown()
elif sdk == "rudderstack":
    import rudderstack.analytics as rudder

    rudder.write_key = key
    rudder.dataPlaneUrl = url
    for properties in rounds():
        if properties is not None:
            rudder.track("ann", "Order Completed", properties)
    rudder.shutdown()
elif sdk == "posthog":
    from posthog import Posthog

    posthog = Posthog(key, host=url)
    for properties in rounds():
        if properties is not None:
            posthog.capture("Order Completed", distinct_id="ann", properties=properties)
    posthog.shutdown()
elif sdk == "snowplow":
    from snowplow_tracker import Emitter, SelfDescribing, SelfDescribingJson, Subject, Tracker

    protocol, _, rest = url.partition("://")
    emitter = Emitter(f"{rest}/{key}", protocol=protocol, batch_size=5, max_retry_delay_seconds=2)
    tracker = Tracker("sp", [emitter], subject=Subject().set_user_id("ann"))
    schema = "iglu:com.example/order_completed/jsonschema/1-0-0"
    for properties in rounds():
        if properties is None:
            tracker.flush()
        else:
            tracker.track(SelfDescribing(SelfDescribingJson(schema, properties)))
    # It repeats while the program runs.
    while not select.select([sys.stdin], [], [], 1)[0]:
        tracker.flush()
