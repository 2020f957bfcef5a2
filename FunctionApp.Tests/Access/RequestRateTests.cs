using Atelier.Access;
using Atelier.Access.Limits;
using Atelier.Problems;
using FunctionApp.Tests.Hosting;
using FunctionApp.Tests.Persistence;
using Microsoft.AspNetCore.Http;

namespace FunctionApp.Tests.Access;

[Collection(LocalServicesCollection.Name)]
public sealed class RequestRateTests(LocalServicesFixture services) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await TestDatabase.CreateAsync(services);

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Count_BeyondTheLimit_RefusesUntilTheNextMinute()
    {
        Assert.Equal("1", (await CountAsync()).Headers["RateLimit-Remaining"]);
        Assert.Equal("0", (await CountAsync()).Headers["RateLimit-Remaining"]);
        var problem = await Assert.ThrowsAsync<ApiException>(CountAsync);
        Assert.Equal((429, "rate_limited"), (problem.Status, problem.Code));
        Assert.InRange(problem.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

        await ShiftAsync(seconds: 59);
        await Assert.ThrowsAsync<ApiException>(CountAsync);
        await ShiftAsync(seconds: 1);

        Assert.Equal("1", (await CountAsync()).Headers["RateLimit-Remaining"]);
    }

    [Fact]
    public async Task Count_WindowInTheFuture_IsOver()
    {
        await CountAsync();
        await CountAsync();

        await ShiftAsync(seconds: -3600);

        Assert.Equal("1", (await CountAsync()).Headers["RateLimit-Remaining"]);
    }

    [Fact]
    public async Task Count_WithoutALimit_WritesNothing()
    {
        var http = new DefaultHttpContext();

        await new RequestRate(_database.DataSource, CallerLimits.None).CountAsync(new Caller("ann"), http, CancellationToken.None);

        Assert.Empty(http.Response.Headers);
        Assert.Equal(0L, await _database.ScalarAsync<long>("SELECT count(*) FROM caller_rates"));
    }

    private async Task<HttpResponse> CountAsync()
    {
        var http = new DefaultHttpContext();
        await new RequestRate(_database.DataSource, new CallerLimits(2, null, null)).CountAsync(new Caller("ann"), http, CancellationToken.None);
        return http.Response;
    }

    // Moves the window back in the database, whose clock decides.
    private async Task ShiftAsync(int seconds)
    {
        await using var command = _database.DataSource.CreateCommand(
            $"UPDATE caller_rates SET window_start = window_start - interval '{seconds} seconds'");
        await command.ExecuteNonQueryAsync();
    }
}
