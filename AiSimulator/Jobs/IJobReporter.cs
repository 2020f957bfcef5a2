using AiSimulator.Webhooks;

namespace AiSimulator.Jobs;

/// <summary>How an asynchronous provider reports on its jobs.</summary>
internal interface IJobReporter
{
    /// <summary>The provider's name.</summary>
    string Provider { get; }

    /// <summary>
    /// The webhook for a job that has just changed, or null where the provider sends none at this point.
    /// </summary>
    /// <param name="job">The job as it now is.</param>
    /// <param name="picture">Its first picture, where it has one and the webhook carries it.</param>
    /// <param name="isForged">Whether to make one that a careful client refuses: false content, false signature.</param>
    Webhook? Report(Job job, byte[]? picture, bool isForged);

    /// <summary>The error of a job that a fault makes fail.</summary>
    string ErrorOf(Faults.FaultKind kind);
}
