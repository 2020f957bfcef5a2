using System.Text.Json.Nodes;

namespace Atelier.Campaigns.Http;

/// <summary>A campaign's orchestration as the durable framework knows it.</summary>
/// <param name="InstanceId">Its instance id: the campaign's id, and the number of the run after a redrive.</param>
/// <param name="RuntimeStatus">As the framework spells it, such as <c>Running</c> or <c>Completed</c>.</param>
/// <param name="CreatedAt">When it was scheduled.</param>
/// <param name="LastUpdatedAt">When its state changed last.</param>
/// <param name="CustomStatus">The orchestrator's custom status: which parts are done.</param>
/// <param name="Failure">Type and message of the failure that it ended with; <see langword="null"/> where it has not failed.</param>
public sealed record OrchestrationView(
    string InstanceId, string RuntimeStatus, DateTimeOffset CreatedAt, DateTimeOffset LastUpdatedAt, JsonNode? CustomStatus, string? Failure);

/// <summary>A campaign beside its orchestration, for a caller that has asked for both.</summary>
public sealed record CampaignWithOrchestrationView : CampaignView
{
    /// <summary>Adds an orchestration to a campaign.</summary>
    public CampaignWithOrchestrationView(CampaignView campaign, OrchestrationView? orchestration)
        : base(campaign) => Orchestration = orchestration;

    /// <summary>The orchestration; <see langword="null"/> before it is scheduled and after its history was purged.</summary>
    public OrchestrationView? Orchestration { get; }
}
