package dev.checkrail.gateway.api;

import static dev.checkrail.gateway.World.fresh;
import static dev.checkrail.gateway.World.hold;
import static dev.checkrail.gateway.World.sale;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.checkrail.gateway.World;
import dev.checkrail.gateway.World.Said;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;

/** The document against the running server: every answer fits, every path and code exists. */
class OpenApiTest {
  @TempDir static Path folder;
  private static World world;
  private static Gateway gateway;
  private static JsonNode document;

  @BeforeAll
  static void start() throws Exception {
    world = new World(folder);
    gateway = world.serve();
    String yaml = world.get(gateway, "/openapi.yaml").body();
    document =
        World.JSON.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  @Test
  void everyAnswerFitsItsSchema() {
    List<String> wrong = new ArrayList<>();
    Said created = world.create(gateway, sale(500));
    fits(wrong, "Payment", created);
    String id = world.create(gateway, hold(500)).text("id");
    String path = "/v1/payments/" + id;
    fits(wrong, "Payment", world.post(gateway, path + "/capture", fresh(), "{\"amount\":100}"));
    fits(wrong, "Payment", world.post(gateway, path + "/refunds", fresh(), ""));
    fits(wrong, "Payment", world.get(gateway, path));
    fits(wrong, "PaymentList", world.get(gateway, "/v1/payments?limit=2"));
    fits(wrong, "Payment", world.create(gateway, sale(500, "4000000000011025")));
    fits(wrong, "Problem", world.create(gateway, sale(500, "4000000000000002")));
    fits(wrong, "Problem", world.create(gateway, "{}"));
    fits(wrong, "Problem", world.create(gateway, "{"));
    fits(wrong, "Problem", world.post(gateway, path + "/void", fresh(), ""));
    fits(wrong, "Problem", world.post(gateway, "/v1/payments", fresh(), sale(1), "x"));
    fits(wrong, "Problem", world.get(gateway, "/nowhere"));
    fits(wrong, "Faults", world.admin(gateway, "/admin/faults", "{\"reset\":true}"));
    assertThat(wrong).isEmpty();
  }

  private static void fits(List<String> wrong, String schema, Said said) {
    String pointer = "#/components/schemas/" + schema;
    String wrapped =
        World.JSON
            .createObjectNode()
            .put("$schema", "https://json-schema.org/draft/2020-12/schema")
            .put("$ref", pointer)
            .set("components", document.path("components"))
            .toString();
    Schema validator =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(wrapped);
    validator
        .validate(said.json())
        .forEach(error -> wrong.add(schema + ": " + error + " in " + said.body()));
  }

  @Test
  void theListOfCodesIsTheOneOfTheProgram() {
    Set<String> documented = new TreeSet<>();
    document
        .at("/components/schemas/Problem/properties/code/enum")
        .forEach(code -> documented.add(code.asString()));
    assertThat(documented)
        .containsExactlyInAnyOrderElementsOf(Arrays.stream(Code.values()).map(Code::word).toList());
  }

  @Test
  void everyDocumentedOperationIsThereAndNoOther() {
    Map<String, String> ids = Map.of("{id}", "pay_00000000000000000000000000");
    for (String path : document.path("paths").propertyNames()) {
      for (String method : List.of("get", "post", "put", "delete")) {
        boolean documented = document.path("paths").path(path).has(method);
        HttpRequest.Builder request =
            HttpRequest.newBuilder(World.uri(gateway, path.replace("{id}", ids.get("{id}"))))
                .method(
                    method.toUpperCase(java.util.Locale.ROOT), HttpRequest.BodyPublishers.noBody());
        int status = world.send(request).status();
        if (documented) {
          assertThat(status).as(method + " " + path).isNotIn(404, 405, 500);
        } else {
          assertThat(status).as(method + " " + path).isIn(401, 405);
        }
        assertThat(Api.route(path.replace("{id}", ids.get("{id}"))))
            .as("named in metrics")
            .isNotEqualTo("other");
      }
    }
  }

  /** What the document says of bodies, the server does: samples that the schema refuses, too. */
  @Test
  void whatTheSchemaRefusesTheServerRefuses() {
    for (String body :
        List.of(
            "{\"amount\":0,\"currency\":\"EUR\",\"card\":%s}",
            "{\"amount\":1,\"currency\":\"EU\",\"card\":%s}",
            "{\"amount\":1,\"currency\":\"EUR\",\"card\":%s,\"more\":1}",
            "{\"amount\":1,\"currency\":\"EUR\",\"card\":%s,\"capture\":\"later\"}",
            "{\"amount\":1,\"currency\":\"EUR\",\"card\":%s,\"metadata\":{\"a\":1}}")) {
      Said said = world.create(gateway, body.formatted(World.CARD));
      assertThat(said.status()).as(body).isEqualTo(400);
    }
  }
}
