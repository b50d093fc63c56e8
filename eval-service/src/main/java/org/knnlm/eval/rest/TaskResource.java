package org.knnlm.eval.rest;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestPath;
import org.knnlm.eval.task.DataFile;
import org.knnlm.eval.task.DataFolder;
import org.knnlm.eval.task.Metric;
import org.knnlm.eval.task.MissingDataException;
import org.knnlm.eval.task.Task;
import org.knnlm.eval.task.TaskCatalog;

/** Tasks over HTTP. */
@Path("/api/tasks")
public class TaskResource {
  private final TaskCatalog catalog;
  private final DataFolder data;

  TaskResource(TaskCatalog catalog, DataFolder data) {
    this.catalog = catalog;
    this.data = data;
  }

  /**
   * A task in JSON.
   *
   * @param kind score, next_token, generate or perplexity
   * @param metrics what is reported, the headline first
   * @param missing why it cannot run; null when its data is here
   */
  public record Summary(
      String name,
      int version,
      String description,
      String kind,
      List<String> metrics,
      String missing) {}

  /**
   * A task with its definition.
   *
   * @param definition the text of its file
   * @param files its data files; empty when they are not here
   */
  public record Detail(Summary task, String definition, List<DataFile> files) {}

  @GET
  @Operation(summary = "All tasks, and what is missing to run them.")
  public List<Summary> list() {
    return catalog.all().stream().map(this::summary).toList();
  }

  @GET
  @Path("{name}")
  @Operation(summary = "A task: its definition and the digests of its data.")
  public Detail get(@RestPath String name) {
    Task task =
        catalog
            .find(name)
            .orElseThrow(() -> new NotFoundException("there is no task of this name"));
    Summary summary = summary(task);
    return new Detail(
        summary, task.definition(), summary.missing() == null ? data.files(task) : List.of());
  }

  private Summary summary(Task task) {
    String missing = null;
    try {
      data.check(task);
    } catch (MissingDataException e) {
      missing = e.getMessage();
    }
    return new Summary(
        task.name(),
        task.version(),
        task.description(),
        task.request().kind(),
        task.metrics().stream().map(Metric::name).toList(),
        missing);
  }
}
