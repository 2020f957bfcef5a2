namespace Atelier.Campaigns.Workflow;

/// <summary>The input of <see cref="CampaignOrchestrator"/>: small, and complete, so that later configuration does not reach a running campaign.</summary>
/// <param name="CampaignId">The campaign.</param>
/// <param name="Parts">The parts to make. If several fail, the campaign's error is that of the first in this order.</param>
/// <param name="Run">0 for the first run; one more for each redrive or recovery.</param>
/// <remarks>A part that is regenerated after the campaign's end has an orchestration of its own, with that part alone.</remarks>
public sealed record CampaignInput(Guid CampaignId, IReadOnlyList<PartInput> Parts, int Run = 0);

/// <summary>The input of <see cref="CompleteCampaign"/>.</summary>
/// <param name="CampaignId">The campaign.</param>
/// <param name="Run">The run that ends.</param>
/// <param name="Failed">The parts that could not be made, in order.</param>
/// <param name="Regenerated">The part whose version the run has made; <see langword="null"/> for the campaign itself.</param>
public sealed record CampaignEnd(Guid CampaignId, int Run, IReadOnlyList<FailedPart> Failed, PartInput? Regenerated = null);

/// <summary>A part that could not be made.</summary>
/// <param name="Image">Index of the image; <see langword="null"/> for the text.</param>
/// <param name="Code">Code of its last failure.</param>
/// <param name="Message">One human sentence.</param>
public sealed record FailedPart(int? Image, string Code, string Message);
