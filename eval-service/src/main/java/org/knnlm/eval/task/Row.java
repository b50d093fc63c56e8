package org.knnlm.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of a data set.
 *
 * @param where file and number of the row, for people
 * @param group the sub-task it belongs to; empty in a task of one
 * @param fields an object
 */
public record Row(String where, String group, JsonNode fields) {
  /** The same row with another field. */
  Row with(String name, String value) {
    ObjectNode copy = ((ObjectNode) fields).deepCopy();
    return new Row(where, group, copy.put(name, value));
  }

  /**
   * The text of a field; numbers are texts, too.
   *
   * @param path names with dots between them
   * @throws ExampleException when it is not there, or is no text
   */
  String text(String path) {
    JsonNode value = at(path);
    if (!value.isValueNode() || value.isNull()) {
      throw new ExampleException(
          "%s: the field %s is %s, a text is needed".formatted(where, path, value));
    }
    return value.asText();
  }

  /** The texts of a field: all of a list, or the one. */
  List<String> texts(String path) {
    JsonNode value = at(path);
    if (!value.isArray()) {
      return List.of(text(path));
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value) {
      if (!item.isValueNode() || item.isNull()) {
        throw new ExampleException(
            "%s: the field %s holds %s, texts are needed".formatted(where, path, item));
      }
      texts.add(item.asText());
    }
    return texts;
  }

  private JsonNode at(String path) {
    JsonNode value = fields;
    if (fields.has(path)) {
      return fields.get(path);
    }
    for (String name : path.split("\\.", -1)) {
      value = value.path(name);
    }
    if (value.isMissingNode()) {
      var names = new ArrayList<String>();
      fields.fieldNames().forEachRemaining(names::add);
      throw new ExampleException(
          "%s: there is no field %s, found %s".formatted(where, path, String.join(", ", names)));
    }
    return value;
  }
}
