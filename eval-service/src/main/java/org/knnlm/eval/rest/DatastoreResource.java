package org.knnlm.eval.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.knnlm.eval.db.UsedDatastores;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.Datastores;

/** Datastores over HTTP. */
@Path("/api/datastores")
public class DatastoreResource {
  private final UsedDatastores used;
  private final Datastores datastores;

  DatastoreResource(UsedDatastores used, Datastores datastores) {
    this.used = used;
    this.datastores = datastores;
  }

  /**
   * A datastore in JSON.
   *
   * @param manifest what index-service says of it now; null when it does not know it or is not
   *     there
   */
  public record View(String name, DatastoreInfo manifest) {}

  @GET
  @Operation(summary = "Datastores that runs have named, as index-service has them now.")
  public List<View> list() {
    return used.names().stream()
        .map(name -> new View(name, datastores.describe(name).orElse(null)))
        .toList();
  }

  @GET
  @Path("{name}")
  @Operation(summary = "A datastore, as index-service has it now.")
  public View get(@RestPath String name) {
    return new View(
        name,
        datastores
            .describe(name)
            .orElseThrow(
                () ->
                    new NotFoundException(
                        "index-service does not describe a datastore of this name")));
  }
}
