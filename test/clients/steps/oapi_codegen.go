// What steps.ts describes, with the Go client of oapi-codegen: prints the facts as JSON. Arguments: URL, token, receiver.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"time"

	api "example.com/client"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

// The parsed body of a success; a refusal is shown.
func done[T any](parsed *T, body []byte) T {
	if parsed == nil {
		panic(string(body))
	}
	return *parsed
}

func to[T any](value T) *T { return &value }

func main() {
	ctx := context.Background()
	withToken := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Args[2])
		return nil
	}
	client := must(api.NewClientWithResponses(os.Args[1], api.WithRequestEditorFn(withToken)))

	collector := must(client.CreateCollectorWithResponse(ctx, nil, api.CollectorInput{Name: "Shop"}))
	var password, one api.Secret
	check(password.FromSecret0("a-password"))
	check(one.FromSecret0("one"))
	var auth api.AuthInput
	check(auth.FromAuthBasicInput(api.AuthBasicInput{Type: "basic", Username: "crm", Password: &password}))
	settings := api.ConnectionSettingsInput{Headers: &[]api.HeaderInput{{Name: "X-Shop", Value: &one}}}
	input := api.ConnectionInput{Name: "CRM", BaseUrl: os.Args[3], Auth: &auth, Settings: &settings}
	created := must(client.CreateConnectionWithResponse(ctx, nil, input))
	connection := done(created.JSON201, created.Body)

	rule := api.OutcomeRuleInput{Outcome: api.OutcomeFail}
	check(json.Unmarshal([]byte(`{"json":{"path":"ok","equals":false}}`), &rule.When))
	orders := api.DestinationInput{
		Name:     "Orders",
		Path:     to("/orders"),
		Status:   to(api.DestinationInputStatusEnabled),
		Settings: &api.DestinationSettingsInput{Outcomes: &[]api.OutcomeRuleInput{rule}},
	}
	made := must(client.CreateDestinationWithResponse(ctx, connection.Id, nil, orders))
	destination := done(made.JSON201, made.Body)

	var order api.FixedValue
	check(order.FromFixedValue0("order"))
	rows := []api.FieldMapping{
		{Field: "total", Expression: to("Number(it.total)")},
		{Field: "kind", Value: &order, As: to(api.FieldMappingAsText)},
	}
	buy := api.Condition{Parameter: to("wt.ev"), Operator: to(api.Equals), Value: "buy"}
	never := api.Condition{Not: &api.Condition{Parameter: to("wt.ev"), Operator: to(api.Exists)}}
	draft := api.ActionInput{
		Name:         "Orders",
		Description:  "Every order",
		Status:       to(api.ActionInputStatusEnabled),
		Rules:        &api.Condition{Any: &[]api.Condition{buy, never}},
		Destinations: &[]api.ActionDestinationInput{{DestinationId: destination.Id, Mapping: &rows}},
	}
	drafted := must(client.CreateActionWithResponse(ctx, nil, draft))
	action := done(drafted.JSON201, drafted.Body)

	shop := done(collector.JSON201, collector.Body)
	events := api.SendEventsJSONRequestBody{Events: []map[string]any{
		{"wt.ev": "buy", "total": "7.50"},
		{"wt.ev": "buy", "total": "8"},
	}}
	sent := must(client.SendEventsWithResponse(ctx, shop.Key, nil, events))
	accepted := done(sent.JSON200, sent.Body)

	deliveries := []string{}
	for len(deliveries) < 2 {
		time.Sleep(100 * time.Millisecond)
		deliveries = []string{}
		for cursor := (*string)(nil); ; {
			listed := must(client.ListDeliveriesWithResponse(ctx, &api.ListDeliveriesParams{Limit: to(int32(1)), Cursor: cursor}))
			page := done(listed.JSON200, listed.Body)
			for _, one := range page.Data {
				if one.Status == api.DeliveryStatusDelivered {
					deliveries = append(deliveries, *one.EventId)
				}
			}
			if cursor = page.Page.Next; cursor == nil {
				break
			}
		}
	}

	etag := created.HTTPResponse.Header.Get("ETag")
	change := func(description string) *api.ChangeConnectionResponse {
		patch := api.ConnectionPatch{Description: &description}
		return must(client.ChangeConnectionWithResponse(ctx, connection.Id, &api.ChangeConnectionParams{IfMatch: &etag}, patch))
	}
	first, second := change("Orders go here"), change("Twice")
	changed := done(first.JSON200, first.Body)
	stale := done(second.ApplicationproblemJSON4XX, second.Body)
	unnamed := must(client.CreateConnectionWithResponse(ctx, nil, api.ConnectionInput{Name: "", BaseUrl: os.Args[3]}))
	invalid := done(unnamed.ApplicationproblemJSON4XX, unnamed.Body)
	pointers := []string{}
	for _, one := range *invalid.Errors {
		pointers = append(pointers, one.Pointer)
	}

	got := must(client.GetActionWithResponse(ctx, action.Id, nil))
	read := done(got.JSON200, got.Body)
	back := api.ActionInput{
		Name:        read.Name,
		Description: read.Description,
		Status:      to(api.ActionInputStatus(read.Status)),
		Rules:       &read.Rules,
	}
	same := []api.ActionDestinationInput{}
	for _, one := range read.Destinations {
		same = append(same, api.ActionDestinationInput{DestinationId: one.DestinationId, Mapping: &one.Mapping})
	}
	back.Destinations = &same
	replaced := must(client.ReplaceActionWithResponse(ctx, action.Id, nil, back))
	written := done(replaced.JSON200, replaced.Body)
	metrics := must(client.MetricsWithResponse(ctx))

	facts := map[string]any{
		"accepted":    accepted.Accepted,
		"deliveries":  deliveries,
		"etag":        etag,
		"username":    must(changed.Auth.AsAuthBasic()).Username,
		"description": changed.Description,
		"stale":       stale.Code,
		"invalid":     pointers,
		"mapping":     written.Destinations[0].Mapping,
		"metrics":     map[bool]string{true: "string"}[len(metrics.Body) > 0],
	}
	fmt.Println(string(must(json.Marshal(facts))))
}
