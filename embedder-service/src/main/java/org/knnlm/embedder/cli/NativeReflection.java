package org.knnlm.embedder.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** What picocli looks at by reflection, for a native image. */
@RegisterForReflection(
    targets = {
      CommandLineTool.class,
      EmbedCommand.class,
      FinaliseCommand.class,
      VerifyCommand.class,
      Place.class,
      Connection.class
    })
final class NativeReflection {}
