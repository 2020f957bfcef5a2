using Atelier.Access;
using Atelier.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace FunctionApp.Tests.Access;

public sealed class DevelopmentCallerTests
{
    [Fact]
    public async Task Resolve_HeaderOrNone_GivesThatUserOrLocal()
    {
        Assert.Equal("local", await UserOfAsync([]));
        Assert.Equal("ann", await UserOfAsync(" ann "));
    }

    [Fact]
    public async Task Resolve_HeaderTwice_IsRefused()
    {
        var problem = await Assert.ThrowsAsync<ApiException>(() => UserOfAsync(new StringValues(["ann", "bob"])));

        Assert.Equal((400, "validation_failed"), (problem.Status, problem.Code));
        Assert.Equal(["X-User"], problem.Errors!.Keys);
    }

    private static async Task<string> UserOfAsync(StringValues users)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = System.Net.IPAddress.Loopback } };
        http.Request.Host = new HostString("localhost");
        http.Request.Headers["X-User"] = users;
        return (await new DevelopmentCallerResolver().ResolveAsync(http.Request, CancellationToken.None)).UserId;
    }
}
