namespace Atelier.Persistence.Tables;

/// <summary>A row of <c>api_keys</c>: one key, without its secret.</summary>
public sealed class ApiKey
{
    /// <summary>The public part of the key: 16 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The caller that it identifies.</summary>
    public required string UserId { get; init; }

    /// <summary>Whether its caller is an operator.</summary>
    public bool IsOperator { get; init; }

    /// <summary>SHA-256 of the secret part.</summary>
    public required byte[] Hash { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, to within a minute; <see langword="null"/> where it never was.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>When it was revoked; <see langword="null"/> while it is valid.</summary>
    public DateTimeOffset? RevokedAt { get; init; }
}
