// What steps.ts describes, with the Go client of openapi-generator: prints the facts as JSON. Arguments: URL, token, receiver.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	api "github.com/GIT_USER_ID/GIT_REPO_ID"
)

func must[T any](value T, _ any, err error) T {
	if err != nil {
		var refused *api.GenericOpenAPIError
		if errors.As(err, &refused) {
			fmt.Fprintln(os.Stderr, string(refused.Body()))
		}
		panic(err)
	}
	return value
}

func problemOf(err error) api.Problem {
	var refused *api.GenericOpenAPIError
	if !errors.As(err, &refused) {
		panic("no refusal")
	}
	var problem api.Problem
	if err := json.Unmarshal(refused.Body(), &problem); err != nil {
		panic(err)
	}
	return problem
}

func value(one any) *interface{} { return &one }

func main() {
	configuration := api.NewConfiguration()
	configuration.Servers = api.ServerConfigurations{{URL: os.Args[1]}}
	client := api.NewAPIClient(configuration)
	ctx := context.WithValue(context.Background(), api.ContextAccessToken, os.Args[2])

	collector := must(client.CollectorsAPI.CreateCollector(ctx).CollectorInput(*api.NewCollectorInput("Shop")).Execute())
	password, one := "a-password", "one"
	basic := api.NewAuthBasicInput("basic", "crm")
	basic.Password = *api.NewNullableSecret(&api.Secret{String: &password})
	auth := api.AuthBasicInputAsAuthInput(basic)
	header := api.NewHeaderInput("X-Shop")
	header.Value = *api.NewNullableSecret(&api.Secret{String: &one})
	settings := api.NewConnectionSettingsInput()
	settings.Headers = []api.HeaderInput{*header}
	input := api.NewConnectionInput("CRM", os.Args[3])
	input.Auth = &auth
	input.Settings = settings
	connection, created, err := client.ConnectionsAPI.CreateConnection(ctx).ConnectionInput(*input).Execute()
	must(connection, nil, err)

	no := false
	when := api.NewOutcomeRuleInputWhen()
	when.Json = api.NewOutcomeRuleWhenJson("ok", *api.NewNullableExpectedValue(&api.ExpectedValue{Bool: &no}))
	orders := api.NewDestinationInput("Orders")
	orders.SetPath("/orders")
	orders.SetStatus("enabled")
	orders.Settings = api.NewDestinationSettingsInput()
	orders.Settings.Outcomes = []api.OutcomeRuleInput{*api.NewOutcomeRuleInput(*when, api.OUTCOME_FAIL)}
	destination := must(client.DestinationsAPI.CreateDestination(ctx, connection.Id).DestinationInput(*orders).Execute())

	total, kind, order := api.NewFieldMapping("total"), api.NewFieldMapping("kind"), "order"
	total.SetExpression("Number(it.total)")
	kind.Value = *api.NewNullableFixedValue(&api.FixedValue{String: &order})
	kind.SetAs("text")
	row := api.NewActionDestinationInput(destination.Id)
	row.Mapping = []api.FieldMapping{*total, *kind}
	buy, never := api.NewCondition(), api.NewCondition()
	buy.SetParameter("wt.ev")
	buy.SetOperator(api.OPERATOR_EQUALS)
	buy.Value = "buy"
	never.Not = api.NewCondition()
	never.Not.Parameter = buy.Parameter
	never.Not.SetOperator(api.OPERATOR_EXISTS)
	rules := api.NewCondition()
	rules.Any = []api.Condition{*buy, *never}
	draft := api.NewActionInput("Orders", "Every order")
	draft.SetStatus("enabled")
	draft.Rules = rules
	draft.Destinations = []api.ActionDestinationInput{*row}
	action := must(client.ActionsAPI.CreateAction(ctx).ActionInput(*draft).Execute())

	events := api.NewSendEventsRequest([]map[string]*interface{}{
		{"wt.ev": value("buy"), "total": value("7.50")},
		{"wt.ev": value("buy"), "total": value("8")},
	})
	accepted := must(client.IntakeAPI.SendEvents(ctx, collector.Key).SendEventsRequest(*events).Execute())

	deliveries := []string{}
	for len(deliveries) < 2 {
		time.Sleep(100 * time.Millisecond)
		deliveries = []string{}
		for cursor, more := "", true; more; {
			request := client.DeliveriesAPI.ListDeliveries(ctx).Limit(1)
			if cursor != "" {
				request = request.Cursor(cursor)
			}
			page := must(request.Execute())
			for _, one := range page.Data {
				if one.Status == api.DELIVERYSTATUS_DELIVERED {
					deliveries = append(deliveries, one.GetEventId())
				}
			}
			cursor, more = page.Page.GetNext(), page.Page.Next.Get() != nil
		}
	}

	etag := created.Header.Get("ETag")
	patch := api.NewConnectionPatch()
	patch.SetDescription("Orders go here")
	change := client.ConnectionsAPI.ChangeConnection(ctx, connection.Id).IfMatch(etag)
	changed := must(change.ConnectionPatch(*patch).Execute())
	patch.SetDescription("Twice")
	_, _, stale := change.ConnectionPatch(*patch).Execute()
	_, _, invalid := client.ConnectionsAPI.CreateConnection(ctx).ConnectionInput(*api.NewConnectionInput("", os.Args[3])).Execute()
	pointers := []string{}
	for _, one := range problemOf(invalid).Errors {
		pointers = append(pointers, one.Pointer)
	}

	read := must(client.ActionsAPI.GetAction(ctx, action.Id).Execute())
	back := api.NewActionInput(read.Name, read.Description)
	back.SetStatus(read.Status)
	back.Rules = &read.Rules
	for _, one := range read.Destinations {
		same := api.NewActionDestinationInput(one.DestinationId)
		same.Mapping = one.Mapping
		back.Destinations = append(back.Destinations, *same)
	}
	written := must(client.ActionsAPI.ReplaceAction(ctx, action.Id).ActionInput(*back).Execute())
	metrics := must(client.OperatingAPI.Metrics(ctx).Execute())

	facts := map[string]any{
		"accepted":    accepted.Accepted,
		"deliveries":  deliveries,
		"etag":        etag,
		"username":    changed.Auth.AuthBasic.Username,
		"description": changed.Description,
		"stale":       problemOf(stale).Code,
		"invalid":     pointers,
		"mapping":     written.Destinations[0].Mapping,
		"metrics":     map[bool]string{true: "string"}[metrics != ""],
	}
	if err := json.NewEncoder(os.Stdout).Encode(facts); err != nil {
		panic(err)
	}
}
