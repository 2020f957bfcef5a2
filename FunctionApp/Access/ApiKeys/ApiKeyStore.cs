using System.Security.Cryptography;
using Atelier.Configuration;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Microsoft.EntityFrameworkCore;

namespace Atelier.Access.ApiKeys;

/// <summary>The keys of mode <c>ApiKey</c>. Secrets are never stored, only their hashes.</summary>
internal sealed class ApiKeyStore(AtelierDbContext db, TimeProvider timeProvider)
{
    // To the minute is exact enough, and saves a write on most requests.
    private static readonly TimeSpan LastUsedStep = TimeSpan.FromMinutes(1);

    /// <summary>Makes a key.</summary>
    /// <returns>The key itself, which cannot be read again later.</returns>
    public async Task<KeyText> CreateAsync(string userId, bool isOperator, CancellationToken cancellationToken)
    {
        var key = KeyText.Create();
        db.ApiKeys.Add(new ApiKey
        {
            Id = key.Id,
            UserId = userId,
            IsOperator = isOperator,
            Hash = key.Hash,
            CreatedAt = timeProvider.Now(),
        });
        await db.SaveChangesAsync(cancellationToken);
        return key;
    }

    /// <summary>All keys, the oldest first, those that are revoked included.</summary>
    public Task<List<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        db.ApiKeys.AsNoTracking().OrderBy(key => key.CreatedAt).ThenBy(key => key.Id).ToListAsync(cancellationToken);

    /// <summary>Revokes a key, from the next request on. Revoking it again changes nothing.</summary>
    /// <returns>Whether there is such a key.</returns>
    public async Task<bool> RevokeAsync(string id, CancellationToken cancellationToken)
    {
        var now = timeProvider.Now();
        return await db.ApiKeys.Where(key => key.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(key => key.RevokedAt, key => key.RevokedAt ?? now), cancellationToken) > 0;
    }

    /// <summary>Finds the key that a caller sent, unless it is revoked, and records that it was used.</summary>
    public async Task<ApiKey?> FindAsync(KeyText shown, CancellationToken cancellationToken)
    {
        ApiKey? key = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == shown.Id, cancellationToken);
        if (key is not { RevokedAt: null } || !CryptographicOperations.FixedTimeEquals(key.Hash, shown.Hash))
            return null;

        var now = timeProvider.Now();
        if (key.LastUsedAt is null || (now - key.LastUsedAt.Value).Duration() >= LastUsedStep)
        {
            await db.ApiKeys.Where(row => row.Id == key.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastUsedAt, now), cancellationToken);
        }
        return key;
    }
}
