using Atelier.Campaigns.Http;
using Atelier.Http;
using Atelier.Persistence;
using Atelier.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace FunctionApp.Tests.Campaigns.Http;

public sealed class ListQueryTests
{
    [Fact]
    public void Read_NothingGiven_GivesTheDefaults() => Assert.Equal(new ListQuery(null, null, null, null, null, null, 20, null), Read(""));

    [Fact]
    public void Read_AllParameters_ReadsEach()
    {
        var cursor = new Cursor(TestCampaign.CreatedAt, Guid.CreateVersion7());

        Assert.Equal(
            new ListQuery(
                CampaignStatus.Failed,
                "cat beach",
                true,
                "Spring sale",
                new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero),
                new DateTimeOffset(2026, 8, 2, 12, 30, 0, TimeSpan.Zero),
                100,
                cursor),
            Read($"?status=FAILED&q=cat+beach&favorite=true&tag=+Spring+sale&from=2026-08-01&until=2026-08-02T14:30%2B02:00&limit=100&cursor={cursor}"));
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=101", "limit")]
    [InlineData("?limit=-5", "limit")]
    [InlineData("?limit=ten", "limit")]
    [InlineData("?limit=5&limit=6", "limit")]
    [InlineData("?status=failed", "status")]
    [InlineData("?status=RETRYING", "status")]
    [InlineData("?status=3", "status")]
    [InlineData("?cursor=garbage", "cursor")]
    [InlineData("?q=a%00b", "q")]
    [InlineData("?favorite=yes", "favorite")]
    [InlineData("?tag=+", "tag")]
    [InlineData("?tag=a%0Ab", "tag")]
    [InlineData("?from=yesterday", "from")]
    [InlineData("?until=12:00", "until")]
    public void Read_OneParameterWrong_NamesIt(string query, string parameter)
    {
        var problem = Assert.Throws<ApiException>(() => Read(query));

        Assert.Equal((400, "validation_failed"), (problem.Status, problem.Code));
        Assert.Equal(parameter, Assert.Single(problem.Errors!).Key);
    }

    private static ListQuery Read(string query) => ListQuery.Read(new QueryCollection(QueryHelpers.ParseQuery(query)));
}
