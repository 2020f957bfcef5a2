using System.Reflection;

namespace EmbeddedFunctions;

/// <summary>What an app may tell the library that the official API has no word for.</summary>
public sealed class EmbeddedFunctionsOptions
{
    /// <summary>Assemblies that hold functions. Default is the process's entry assembly.</summary>
    public IList<Assembly> FunctionAssemblies { get; } = [];

    /// <summary>Which types of those assemblies are looked at. Default is all.</summary>
    public Func<Type, bool> TypeFilter { get; set; } = _ => true;
}
