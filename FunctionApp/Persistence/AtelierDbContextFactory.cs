using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql;

namespace Atelier.Persistence;

/// <summary>Makes the context for <c>dotnet ef</c>, which needs the model and the provider, but neither settings nor a server.</summary>
internal sealed class AtelierDbContextFactory : IDesignTimeDbContextFactory<AtelierDbContext>
{
    /// <inheritdoc/>
    public AtelierDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<AtelierDbContext>();
        options.UseAtelier(NpgsqlDataSource.Create("Host=localhost"));
        return new AtelierDbContext(options.Options);
    }
}
