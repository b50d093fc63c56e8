package org.knnlm.grpc.access;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Users with their passwords and roles: lines {@code NAME:ROLE:PASSWORD}, a role being {@code
 * reader} or {@code runner}. Empty lines and those that begin with # say nothing.
 */
public final class Accounts {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
  private static final int MIN_PASSWORD = 12;
  private static final byte[] NO_ONES = digest("");

  private final Map<String, Account> accounts = new HashMap<>();
  private final Map<ByteBuffer, Account> byPassword = new HashMap<>();

  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  private record Account(String name, Role role, byte[] passwordDigest) {}

  private Accounts() {}

  /**
   * Reads a file.
   *
   * @throws InvalidAccountsException naming the line at fault
   */
  public static Accounts read(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new InvalidAccountsException("accounts: %s cannot be read".formatted(file));
    }
  }

  /**
   * Reads lines. No message shows a line: it may have a password.
   *
   * @param source for people
   */
  public static Accounts parse(String source, String lines) {
    var accounts = new Accounts();
    int number = 0;
    for (String line : lines.lines().toList()) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        accounts.add("%s, line %d".formatted(source, number), line);
      }
    }
    if (accounts.accounts.isEmpty()) {
      throw new InvalidAccountsException(source + ": found no account");
    }
    return accounts;
  }

  private void add(String where, String line) {
    String[] fields = line.split(":", 3);
    if (fields.length != 3 || !NAME.matcher(fields[0]).matches()) {
      throw new InvalidAccountsException(where + ": NAME:ROLE:PASSWORD is needed");
    }
    Role role =
        Role.ofKey(fields[1])
            .orElseThrow(
                () ->
                    new InvalidAccountsException(
                        "%s: found the role \"%s\", allowed are reader and runner"
                            .formatted(where, fields[1])));
    if (fields[2].length() < MIN_PASSWORD) {
      throw new InvalidAccountsException(
          "%s: the password of %s has %d characters, %d or more are needed"
              .formatted(where, fields[0], fields[2].length(), MIN_PASSWORD));
    }
    var account = new Account(fields[0], role, digest(fields[2]));
    if (accounts.put(account.name, account) != null) {
      throw new InvalidAccountsException(
          "%s: found %s for the second time".formatted(where, fields[0]));
    }
    Account other = byPassword.put(ByteBuffer.wrap(account.passwordDigest), account);
    if (other != null) {
      throw new InvalidAccountsException(
          "%s: %s and %s have the same password".formatted(where, other.name, account.name));
    }
  }

  /** The user whose password is shown as a token; empty when it is nobody's. */
  public Optional<User> user(String token) {
    return Optional.ofNullable(byPassword.get(ByteBuffer.wrap(digest(token))))
        .map(account -> new User(account.name, account.role));
  }

  /**
   * A user.
   *
   * @param name as in the accounts
   */
  public record User(String name, Role role) {}

  /** The role of a user; empty when there is none of that name and password. */
  public Optional<Role> role(String name, String password) {
    Account account = accounts.get(name);
    // As much work for a name that is not there
    byte[] expected = account == null ? NO_ONES : account.passwordDigest;
    boolean right = MessageDigest.isEqual(expected, digest(password));
    return account != null && right ? Optional.of(account.role) : Optional.empty();
  }

  private static byte[] digest(String password) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
