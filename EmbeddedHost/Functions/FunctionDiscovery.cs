using System.Reflection;
using System.Runtime.CompilerServices;
using EmbeddedHost.Configuration;
using EmbeddedHost.Functions.Http;
using EmbeddedHost.Functions.Timers;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace EmbeddedHost.Functions;

/// <summary>Finds an app's functions by their attributes, and those that this host cannot run.</summary>
internal sealed class FunctionDiscovery(IConfiguration configuration, HostJson hostJson)
{
    private const BindingFlags AllMethods =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly List<string> _problems = [];

    /// <summary>The functions that the types declare.</summary>
    /// <exception cref="HostFailure">There is something that this host cannot run: a line for each function and reason.</exception>
    public IReadOnlyList<Function> Find(IEnumerable<Type> types)
    {
        List<Function> functions = [];
        foreach (var method in types.SelectMany(type => type.GetMethods(AllMethods)))
        {
            if (method.GetCustomAttribute<FunctionAttribute>() is not { Name: var name }) continue;
            if (Read(name, method) is { } function) functions.Add(function);
        }

        foreach (var same in functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            _problems.Add($"Function '{same.Key}' is declared {same.Count()} times: {string.Join(", ", same.Select(function => function.EntryPoint))}.");
        _problems.AddRange(HttpRoute.FindConflicts(functions, hostJson.RoutePrefix));
        return _problems.Count == 0 ? functions : throw new HostFailure(string.Join(Environment.NewLine, _problems));
    }

    private Function? Read(string name, MethodInfo method)
    {
        var triggers = Array.FindAll(method.GetParameters(), parameter => parameter.IsDefined(typeof(TriggerBindingAttribute)));
        var problem = ProblemOf(method) ?? (triggers.Length == 1 ? null : $"it has {triggers.Length} triggers instead of one");
        if (problem is null)
        {
            var function = new Function(name, method, triggers[0]);
            problem = ProblemOf(function);
            if (problem is null) return function;
        }

        _problems.Add($"Function '{name}' ({method.DeclaringType}.{method.Name}) cannot run: {problem}.");
        return null;
    }

    private static string? ProblemOf(MethodInfo method)
    {
        if (!method.IsPublic) return "its method is not public";
        if (method.IsGenericMethodDefinition || method.DeclaringType!.ContainsGenericParameters) return "it is generic";
        if (!method.IsStatic && method.DeclaringType!.IsAbstract) return "its class is abstract";
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            return "it is async and does not return a Task";
        if (method.ReturnType.Name.StartsWith(nameof(ValueTask), StringComparison.Ordinal)) return "it returns a ValueTask instead of a Task";
        var result = Function.ResultTypeOf(method)?.GetProperties() ?? [];
        var extra = method.GetCustomAttributes().Concat(result.SelectMany(property => property.GetCustomAttributes()))
            .FirstOrDefault(attribute => attribute is OutputBindingAttribute or RetryAttribute);
        return extra is null ? null : NotHere(extra);
    }

    private string? ProblemOf(Function function)
    {
        var problem = function.Trigger switch
        {
            HttpTriggerAttribute trigger => HttpRoute.FindProblem(function, trigger, hostJson.RoutePrefix),
            TimerTriggerAttribute trigger => TimerSchedule.FindProblem(trigger, configuration),
            OrchestrationTriggerAttribute { Orchestration: null } or ActivityTriggerAttribute { Activity: null } => null,
            OrchestrationTriggerAttribute or ActivityTriggerAttribute => "its trigger gives it another name",
            var other => NotHere(other),
        };
        return problem
            ?? function.Method.GetParameters().Select(parameter => ProblemOf(function, parameter)).FirstOrDefault(found => found is not null);
    }

    private static string? ProblemOf(Function function, ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var binding = parameter.GetCustomAttribute<BindingAttribute>();
        var fits = binding switch
        {
            DurableClientAttribute { TaskHub: null, ConnectionName: null } => type == typeof(DurableTaskClient),
            null or TriggerBindingAttribute => function.Trigger switch
            {
                HttpTriggerAttribute trigger => binding is null ? HttpRoute.Binds(parameter, trigger) : type == typeof(HttpRequest),
                TimerTriggerAttribute => binding is null ? IsOfEveryFunction(type) : type == typeof(TimerInfo),
                OrchestrationTriggerAttribute => binding is null
                    ? type == typeof(FunctionContext) || IsTheInput(function, parameter)
                    : type == typeof(TaskOrchestrationContext),
                _ => IsOfEveryFunction(type)
                    || type == typeof(TaskActivityContext)
                    || (binding is not null && IsTheInput(function, parameter)),
            },
            _ => false,
        };
        if (fits && !type.IsByRef) return null;
        return binding is null or TriggerBindingAttribute or DurableClientAttribute
            ? $"this host has no value for parameter '{parameter.Name}' of type {type}"
            : NotHere(binding);
    }

    private static bool IsOfEveryFunction(Type type) => type == typeof(FunctionContext) || type == typeof(CancellationToken);

    private static bool IsTheInput(Function function, ParameterInfo parameter) =>
        parameter == Array.Find(function.Method.GetParameters(), other => !Function.IsKnown(other));

    private static string NotHere(Attribute attribute) => $"this host has no {attribute.GetType().Name}";
}
