package org.knnlm.eval.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.knnlm.eval.db.UsedDatastores;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.Datastores;
import org.knnlm.eval.lm.IndexReport;
import org.knnlm.eval.lm.ListedDatastore;

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
   * @param state LOADED, LOADING, UNLOADED or FAILED, as index-service says; ABSENT when it does
   *     not know it, UNKNOWN when it does not answer
   * @param problem why it cannot be used; null unless FAILED
   * @param manifest what its files say; null when they cannot be read
   * @param index its index; null when there is none, or nobody can say
   */
  public record View(
      String name, String state, String problem, DatastoreInfo manifest, IndexReport index) {
    static View of(ListedDatastore listed) {
      return new View(
          listed.name(),
          listed.state(),
          listed.problem().orElse(null),
          listed.info().orElse(null),
          listed.index().orElse(null));
    }
  }

  @GET
  @Operation(summary = "Datastores that index-service has now, and others that runs have named.")
  public List<View> list() {
    Optional<List<ListedDatastore>> listed = datastores.list();
    var views = new TreeMap<String, View>();
    String otherwise = listed.isPresent() ? "ABSENT" : "UNKNOWN";
    used.names().forEach(name -> views.put(name, new View(name, otherwise, null, null, null)));
    listed.orElse(List.of()).forEach(one -> views.put(one.name(), View.of(one)));
    return List.copyOf(views.values());
  }

  @GET
  @Path("{name}")
  @Operation(summary = "A datastore, as index-service has it now.")
  public View get(@RestPath String name) {
    return datastores
        .find(name)
        .map(View::of)
        .orElseThrow(
            () ->
                new NotFoundException("index-service does not describe a datastore of this name"));
  }
}
