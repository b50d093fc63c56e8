package org.knnlm.datastore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.databind.util.StdConverter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@link DatastoreManifest} to and from JSON; nothing is guessed and nothing is overlooked. */
final class ManifestFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(instants())
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .withCoercionConfig(
              LogicalType.Textual,
              texts ->
                  texts
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail))
          .build();

  /** The format of a datastore that does not know its documents. */
  private record Version1(
      int version, long numKeys, int dimension, Origin origin, List<Part> parts, Instant created) {
    private Version1 {
      parts = List.copyOf(parts);
    }

    static Version1 of(DatastoreManifest manifest) {
      return new Version1(
          1,
          manifest.numKeys(),
          manifest.dimension(),
          manifest.origin(),
          manifest.parts(),
          manifest.created());
    }

    DatastoreManifest manifest() {
      return new DatastoreManifest(
          List.of(), numKeys, dimension, origin, parts, Optional.empty(), created);
    }
  }

  /** The format of a datastore that knows its documents. */
  private record Version2(
      int version,
      long numKeys,
      int dimension,
      Origin origin,
      List<Part> parts,
      DocumentsFile documents,
      Instant created) {
    private Version2 {
      parts = List.copyOf(parts);
    }

    static Version2 of(DatastoreManifest manifest) {
      return new Version2(
          2,
          manifest.numKeys(),
          manifest.dimension(),
          manifest.origin(),
          manifest.parts(),
          manifest.documents().orElseThrow(),
          manifest.created());
    }

    DatastoreManifest manifest() {
      return new DatastoreManifest(
          List.of(), numKeys, dimension, origin, parts, Optional.of(documents), created);
    }
  }

  /** The format of a datastore that was appended to others. */
  private record Version3(
      int version,
      List<Base> bases,
      long numKeys,
      int dimension,
      Origin origin,
      List<Part> parts,
      DocumentsFile documents,
      Instant created) {
    private Version3 {
      bases = List.copyOf(bases);
      parts = List.copyOf(parts);
      if (bases.isEmpty()) {
        throw new IllegalArgumentException("bases is empty, version 3 has at least one");
      }
    }

    static Version3 of(DatastoreManifest manifest) {
      return new Version3(
          3,
          manifest.bases(),
          manifest.numKeys(),
          manifest.dimension(),
          manifest.origin(),
          manifest.parts(),
          manifest.documents().orElseThrow(),
          manifest.created());
    }

    DatastoreManifest manifest() {
      return new DatastoreManifest(
          bases, numKeys, dimension, origin, parts, Optional.of(documents), created);
    }
  }

  private ManifestFile() {}

  /** Points in time as RFC 3339, and in no other form. */
  private static SimpleModule instants() {
    StdConverter<String, Instant> parse =
        new StdConverter<>() {
          @Override
          public Instant convert(String text) {
            return Instant.parse(text);
          }
        };
    return new SimpleModule()
        .addSerializer(Instant.class, ToStringSerializer.instance)
        .addDeserializer(Instant.class, new StdDelegatingDeserializer<>(parse));
  }

  /** SHA-256 of a manifest's bytes, lower-case hexadecimal. */
  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static DatastoreManifest read(Path file) throws IOException {
    return parse(file, Files.readAllBytes(file));
  }

  static DatastoreManifest parse(Path file, byte[] content) throws IOException {
    try {
      JsonNode json = JSON.readTree(content);
      JsonNode version = json.path("version");
      if (!version.canConvertToInt() || !version.isIntegralNumber()) {
        throw new DatastoreException.BadManifest(
            file, "found no format version, torn or no manifest", null);
      }
      return switch (version.intValue()) {
        case 1 -> JSON.treeToValue(json, Version1.class).manifest();
        case 2 -> JSON.treeToValue(json, Version2.class).manifest();
        case 3 -> JSON.treeToValue(json, Version3.class).manifest();
        default -> throw new DatastoreException.UnsupportedVersion(file, version.intValue(), 1, 3);
      };
    } catch (JsonMappingException e) {
      String field =
          e.getPath().stream()
              .map(at -> at.getFieldName() == null ? "[" + at.getIndex() + "]" : at.getFieldName())
              .collect(Collectors.joining("."));
      throw new DatastoreException.BadManifest(
          file, "%s: %s".formatted(field, e.getOriginalMessage()), e);
    } catch (JsonProcessingException e) {
      throw new DatastoreException.BadManifest(
          file, "torn or not JSON: " + e.getOriginalMessage(), e);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new DatastoreException.BadManifest(file, e.getMessage(), e);
    }
  }

  static void write(Path file, DatastoreManifest manifest) throws IOException {
    WholeFile.write(file, JSON.writeValueAsBytes(content(manifest)));
  }

  /** In the oldest version that has all of it: the bytes of a datastore that stands alone stay. */
  private static Object content(DatastoreManifest manifest) {
    if (!manifest.bases().isEmpty()) {
      return Version3.of(manifest);
    }
    return manifest.documents().isPresent() ? Version2.of(manifest) : Version1.of(manifest);
  }
}
