package org.knnlm.embedder.cli;

import io.quarkus.runtime.annotations.RegisterForReflection;

/** What picocli looks at by reflection, for a native image. */
@RegisterForReflection(
    targets = {
      CommandLineTool.class,
      EmbedCommand.class,
      FinaliseCommand.class,
      IndexCommand.class,
      VerifyCommand.class,
      Place.class,
      Connection.class,
      Credentials.class
    })
final class NativeReflection {}
