namespace Microsoft.DurableTask;

/// <summary>
/// Marks an orchestrator or activity that is a class. It is read by the source generator of the package <c>Microsoft.DurableTask.Generators</c>,
/// which writes the function that runs the class; without that generator it says nothing, here as on the official worker.
/// </summary>
/// <param name="name">The name by which it is called; without one, the class's.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class DurableTaskAttribute(string? name = null) : Attribute
{
    /// <summary>The given name; the default one for none.</summary>
    public TaskName Name { get; } = string.IsNullOrEmpty(name) ? default : new TaskName(name);

    /// <summary>The version that the class is of; none without one.</summary>
    public string? Version { get; set; }
}
