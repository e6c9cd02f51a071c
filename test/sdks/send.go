// Sends events with an SDK for Go: see README.md. Arguments: SDK, URL, key.
package main

import (
	"io"
	"os"
	"strings"
	"time"

	"github.com/posthog/posthog-go"
	rudder "github.com/rudderlabs/analytics-go/v4"
	segment "github.com/segmentio/analytics-go/v3"
	snowplow "github.com/snowplow/snowplow-golang-tracker/v2/tracker"
)

func rounds(send func(map[string]any)) {
	for n := 0; n < 15; n++ {
		if n == 5 || n == 10 {
			time.Sleep(time.Second)
		}
		send(map[string]any{"n": n, "order_id": int64(9007199254740993), "text": "Käse 茶"})
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// What can't be sent yet is repeated while the program runs: nothing is repeated after Close.
func untilTold() { _, _ = io.Copy(io.Discard, os.Stdin) }

func main() {
	sdk, url, key := os.Args[1], os.Args[2], os.Args[3]
	switch sdk {
	case "segment":
		client, err := segment.NewWithConfig(key, segment.Config{Endpoint: url, BatchSize: 5})
		check(err)
		rounds(func(data map[string]any) {
			check(client.Enqueue(segment.Track{UserId: "ann", Event: "Order Completed", Properties: data}))
		})
		untilTold()
		check(client.Close())
	case "rudderstack":
		client, err := rudder.NewWithConfig(key, rudder.Config{DataPlaneUrl: url, BatchSize: 5})
		check(err)
		rounds(func(data map[string]any) {
			check(client.Enqueue(rudder.Track{UserId: "ann", Event: "Order Completed", Properties: data}))
		})
		untilTold()
		check(client.Close())
	case "posthog":
		client, err := posthog.NewWithConfig(key, posthog.Config{Endpoint: url, BatchSize: 5})
		check(err)
		rounds(func(data map[string]any) {
			check(client.Enqueue(posthog.Capture{DistinctId: "ann", Event: "Order Completed", Properties: data}))
		})
		untilTold()
		check(client.Close())
	case "snowplow":
		subject := snowplow.InitSubject()
		subject.SetUserId("ann")
		protocol, address, _ := strings.Cut(url, "://")
		emitter := snowplow.InitEmitter(
			snowplow.RequireCollectorUri(address+"/"+key),
			snowplow.OptionProtocol(protocol),
			snowplow.OptionStorage(*snowplow.InitStorageMemory()),
		)
		tracker := snowplow.InitTracker(snowplow.RequireEmitter(emitter), snowplow.OptionSubject(subject))
		rounds(func(data map[string]any) {
			schema := "iglu:com.example/order_completed/jsonschema/1-0-0"
			tracker.TrackSelfDescribingEvent(snowplow.SelfDescribingEvent{Event: snowplow.InitSelfDescribingJson(schema, data)})
		})
		go func() {
			for range time.Tick(500 * time.Millisecond) {
				tracker.FlushEmitter()
			}
		}()
		untilTold()
	}
}
