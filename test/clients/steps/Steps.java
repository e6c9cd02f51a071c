import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.*;
import org.openapitools.client.model.*;

/** What steps.ts describes, with the Java client of openapi-generator: prints the facts as JSON. Arguments: URL, token, receiver. */
class Steps {
  public static void main(String[] args) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(args[0]);
    client.setRequestInterceptor(request -> request.header("Authorization", "Bearer " + args[1]));
    ObjectMapper json = client.getObjectMapper();
    ConnectionsApi connections = new ConnectionsApi(client);
    ActionsApi actions = new ActionsApi(client);

    Collector collector = new CollectorsApi(client).createCollector(new CollectorInput().name("Shop"), null);
    ConnectionInput input = new ConnectionInput().name("CRM").baseUrl(args[2])
        .auth(new AuthInput(new AuthBasicInput().type(AuthBasicInput.TypeEnum.BASIC).username("crm").password(new Secret("a-password"))))
        .settings(new ConnectionSettingsInput().addHeadersItem(new HeaderInput().name("X-Shop").value(new Secret("one"))));
    var created = connections.createConnectionWithHttpInfo(input, null);
    String id = created.getData().getId();
    OutcomeRuleInput rule = new OutcomeRuleInput().outcome(Outcome.FAIL)
        .when(new OutcomeRuleInputWhen().json(new OutcomeRuleWhenJson().path("ok").equals(new ExpectedValue(false))));
    Destination destination = new DestinationsApi(client).createDestination(id,
        new DestinationInput().name("Orders").path("/orders").status(DestinationInput.StatusEnum.ENABLED)
            .settings(new DestinationSettingsInput().addOutcomesItem(rule)), null);

    Condition buy = new Condition().parameter("wt.ev").operator(Operator.EQUALS).value("buy");
    Condition never = new Condition().not(new Condition().parameter("wt.ev").operator(Operator.EXISTS));
    ActionDestinationInput row = new ActionDestinationInput().destinationId(destination.getId())
        .addMappingItem(new FieldMapping().field("total").expression("Number(it.total)"))
        .addMappingItem(new FieldMapping().field("kind").value(new FixedValue("order")).as(FieldMapping.AsEnum.TEXT));
    Action action = actions.createAction(new ActionInput().name("Orders").description("Every order")
        .status(ActionInput.StatusEnum.ENABLED).rules(new Condition().addAnyItem(buy).addAnyItem(never)).addDestinationsItem(row), null);

    var accepted = new IntakeApi(client).sendEvents(collector.getKey(), new SendEventsRequest()
        .addEventsItem(Map.of("wt.ev", "buy", "total", "7.50")).addEventsItem(Map.of("wt.ev", "buy", "total", "8")), null, null);
    List<String> deliveries = new ArrayList<>();
    while (deliveries.size() < 2) {
      Thread.sleep(100);
      deliveries.clear();
      String cursor = null;
      do {
        DeliveryList page = listed(client, cursor);
        for (Delivery one : page.getData())
          if (one.getStatus() == DeliveryStatus.DELIVERED) deliveries.add(one.getEventId());
        cursor = page.getPage().getNext();
      } while (cursor != null);
    }

    String etag = created.getHeaders().get("etag").get(0);
    Connection changed = connections.changeConnection(id, new ConnectionPatch().description("Orders go here"), etag);
    Problem stale = refusal(json, () -> connections.changeConnection(id, new ConnectionPatch().description("Twice"), etag));
    Problem invalid = refusal(json, () -> connections.createConnection(new ConnectionInput().name("").baseUrl(args[2]), null));

    Action read = actions.getAction(action.getId(), null);
    ActionInput back = new ActionInput().name(read.getName()).description(read.getDescription())
        .status(ActionInput.StatusEnum.ENABLED).rules(read.getRules());
    for (ActionDestination one : read.getDestinations())
      back.addDestinationsItem(new ActionDestinationInput().destinationId(one.getDestinationId()).mapping(one.getMapping()));
    Action written = actions.replaceAction(action.getId(), back, null);
    // It asks for OpenMetrics too, which it does not read.
    client.setRequestInterceptor(request -> request.setHeader("Accept", "text/plain"));
    String metrics = new OperatingApi(client).metrics();

    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("accepted", accepted.getAccepted());
    facts.put("deliveries", deliveries);
    facts.put("etag", etag);
    facts.put("username", changed.getAuth().getAuthBasic().getUsername());
    facts.put("description", changed.getDescription());
    facts.put("stale", stale.getCode());
    facts.put("invalid", invalid.getErrors().stream().map(FieldError::getPointer).toList());
    facts.put("mapping", written.getDestinations().get(0).getMapping());
    facts.put("metrics", metrics.isEmpty() ? "" : "string");
    System.out.println(json.writeValueAsString(facts));
  }

  private static DeliveryList listed(ApiClient client, String cursor) throws Exception {
    var method = List.of(DeliveriesApi.class.getMethods()).stream()
        .filter(one -> one.getName().equals("listDeliveries") && one.getParameterTypes()[one.getParameterCount() - 1] != Map.class)
        .findFirst().orElseThrow();
    Object[] given = new Object[method.getParameterCount()];
    given[0] = 1;
    given[1] = cursor;
    return (DeliveryList) method.invoke(new DeliveriesApi(client), given);
  }

  private interface Call {
    void run() throws ApiException;
  }

  private static Problem refusal(ObjectMapper json, Call call) throws Exception {
    try {
      call.run();
    } catch (ApiException error) {
      return json.readValue(error.getResponseBody(), Problem.class);
    }
    throw new IllegalStateException("no refusal");
  }
}
