using System.Text.Json;
using Atelier.Campaigns.Http;
using Atelier.Generation;
using Atelier.Persistence;
using Atelier.Persistence.Tables;
using Atelier.Problems;

namespace FunctionApp.Tests.Campaigns.Http;

public sealed class CampaignViewsTests
{
    private static readonly DateTimeOffset Later = TestCampaign.CreatedAt.AddSeconds(5);

    [Fact]
    public void From_Accepted_ShowsEveryFieldOfTheContract()
    {
        var json = ToJson(TestCampaign.Create());

        Assert.Equal(
            ["id", "status", "prompt", "name", "favorite", "tags", "createdAt", "updatedAt", "completedAt", "text", "images", "failedAttempts", "error", "metadata", "regenerating", "links"],
            NamesOf(json));
        Assert.Equal("PENDING", json.GetProperty("status").GetString());
        Assert.Equal("2026-08-01T10:00:00.000Z", json.GetProperty("createdAt").GetString());
        Assert.Equal(
            ["status", "content", "provider", "model", "attempts", "nextAttemptAt", "waitingFor", "usage", "error", "version", "versions"],
            NamesOf(json.GetProperty("text")));
        Assert.Equal(
            ["index", "status", "attempts", "nextAttemptAt", "waitingFor", "url", "width", "height", "provider", "model", "seed", "error", "version", "versions"],
            NamesOf(json.GetProperty("images")[0]));
        var id = json.GetProperty("id").GetString()!;
        Assert.Equal($"/api/campaigns/{id}", json.GetProperty("links").GetProperty("self").GetString());
        Assert.Equal("42", json.GetProperty("metadata").GetProperty("customer").GetString());
    }

    [Fact]
    public void From_NoTextAskedFor_ShowsNull() =>
        Assert.Equal(JsonValueKind.Null, ToJson(TestCampaign.Create(text: false)).GetProperty("text").ValueKind);

    [Fact]
    public void From_Complete_ShowsTextAndUrl()
    {
        var campaign = TestCampaign.Create();
        (campaign.TextStatus, campaign.Text, campaign.TextUsage) = (PartStatus.Complete, "Sand & sea – schön", new TokenUsage(3, 4, 7));
        campaign.Images[0].Status = PartStatus.Complete;
        AddAttempt(campaign, "text", 1);

        var view = CampaignViews.From(campaign);

        Assert.Equal(("Sand & sea – schön", 1), (view.Text!.Content, view.Text.Attempts));
        Assert.Equal($"/api/campaigns/{campaign.Id:D}/images/0?version=1", view.Images[0].Url);
        Assert.Contains("Sand & sea – schön", JsonSerializer.Serialize(view, ApiJson.Options), StringComparison.Ordinal);
    }

    [Fact]
    public void From_Retrying_ShowsTheFailureAndTheNextAttempt()
    {
        var campaign = TestCampaign.Create();
        campaign.Images[0].Status = PartStatus.Retrying;
        AddAttempt(campaign, "image/0", 1, "timeout", 1000);
        AddAttempt(campaign, "image/0", 2, "rate_limited", 4000);

        var view = CampaignViews.From(campaign);

        var image = view.Images[0];
        Assert.Equal((2, Later.AddSeconds(4), null), (image.Attempts, image.NextAttemptAt!.Value, image.Url));
        Assert.Equal(new PartErrorView("rate_limited", "Failed with rate_limited."), image.Error);
        Assert.Equal(
            [
                new FailedAttemptView("image/0", 1, Later, "timeout", "Failed with timeout.", 1000),
                new FailedAttemptView("image/0", 2, Later, "rate_limited", "Failed with rate_limited.", 4000),
            ],
            view.FailedAttempts);
    }

    [Fact]
    public void From_RunningAfterAFailure_ShowsTheAttemptAndNoError()
    {
        var campaign = TestCampaign.Create();
        campaign.Images[0].Status = PartStatus.Running;
        AddAttempt(campaign, "image/0", 1, "timeout", 1000);
        campaign.Attempts.Add(new CampaignAttempt { Part = "image/0", Attempt = 2, StartedAt = Later, Provider = "paint" });

        var view = CampaignViews.From(campaign);

        Assert.Equal((2, null, null), (view.Images[0].Attempts, view.Images[0].NextAttemptAt, view.Images[0].Error));
        Assert.Single(view.FailedAttempts);
    }

    private static void AddAttempt(Campaign campaign, string part, int number, string? code = null, long? retryInMs = null) =>
        campaign.Attempts.Add(new CampaignAttempt
        {
            CampaignId = campaign.Id,
            Part = part,
            Attempt = number,
            StartedAt = TestCampaign.CreatedAt,
            EndedAt = Later,
            Code = code,
            Message = code is null ? null : $"Failed with {code}.",
            Provider = "paint",
            RetryInMs = retryInMs,
        });

    private static JsonElement ToJson(Campaign campaign) =>
        JsonSerializer.SerializeToElement(CampaignViews.From(campaign), ApiJson.Options);

    private static IEnumerable<string> NamesOf(JsonElement json) => json.EnumerateObject().Select(property => property.Name);
}
