package dev.checkrail;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;

/** The JSON Schemas that the jar carries, asked about a document. */
public final class Schemas {
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private Schemas() {}

  /**
   * What a schema ({@code verdict}, {@code policy} …) has against a JSON text; empty if nothing.
   */
  public static List<String> complaints(String schema, String json) {
    return REGISTRY
        .getSchema(SchemaLocation.of("classpath:/dev/checkrail/schema/" + schema + ".schema.json"))
        .validate(json, InputFormat.JSON)
        .stream()
        .map(Error::toString)
        .toList();
  }
}
