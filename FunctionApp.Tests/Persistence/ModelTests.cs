using Atelier.Persistence;
using Microsoft.EntityFrameworkCore;

namespace FunctionApp.Tests.Persistence;

public sealed class ModelTests
{
    [Fact]
    public void Model_ComparedWithMigrations_HasNoPendingChanges()
    {
        // No connection is made: the comparison is between the model and the migrations' snapshot.
        var options = new DbContextOptionsBuilder<AtelierDbContext>().UseNpgsql("Host=nowhere").Options;
        using var db = new AtelierDbContext(options);

        Assert.False(db.Database.HasPendingModelChanges());
    }
}
