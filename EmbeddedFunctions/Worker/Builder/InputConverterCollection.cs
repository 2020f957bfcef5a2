using System.Collections;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>The types of what converts the values of parameters, in the order in which they are asked.</summary>
public sealed class InputConverterCollection : IEnumerable<Type>
{
    private readonly List<Type> _types = [];

    /// <summary>Adds a converter after all others: it is asked where no other one could do anything.</summary>
    public void Register<T>()
        where T : IInputConverter => _types.Add(typeof(T));

    /// <summary>Adds a converter at a place: at 0 it is asked before all others. The worker's own ones have one place together.</summary>
    public void RegisterAt<T>(int index)
        where T : IInputConverter => _types.Insert(Math.Min(index, _types.Count), typeof(T));

    /// <summary>Removes all converters, the worker's own as well.</summary>
    public void Clear() => _types.Clear();

    /// <inheritdoc/>
    public IEnumerator<Type> GetEnumerator() => _types.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
