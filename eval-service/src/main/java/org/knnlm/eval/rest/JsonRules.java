package org.knnlm.eval.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.io.IOException;

/** JSON as it is meant: what is misspelt or of another type is an error, and NaN is no number. */
@Singleton
public class JsonRules implements ObjectMapperCustomizer {
  @Override
  @SuppressWarnings("deprecation") // the builder that replaces it cannot be reached from here
  public void customize(ObjectMapper mapper) {
    mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    mapper.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
    mapper.disable(MapperFeature.ALLOW_COERCION_OF_SCALARS);
    mapper.registerModule(
        new SimpleModule()
            .addSerializer(Double.class, new FiniteDoubles())
            .addSerializer(double.class, new FiniteDoubles()));
  }

  /** Writes null for what JSON has no number for. */
  private static final class FiniteDoubles extends StdSerializer<Double> {
    private static final long serialVersionUID = 1L;

    FiniteDoubles() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
  }
}
