public import Pickle

/// A `NamedTuple` of the `microscope` package; clients may send any sequence of as many items in its place.
public protocol PythonNamedTuple: PythonConvertible {
    associatedtype Item: PythonConvertible
    static var pythonClass: PythonClass { get }
    static var itemCount: Int { get }
    var items: [Item] { get }
    /// Called with ``itemCount`` items.
    init(items: [Item])
}

extension PythonNamedTuple {
    public init?(python value: PythonValue) {
        guard let values = value.items, values.count == Self.itemCount else { return nil }
        let items = values.compactMap(Item.init(python:))
        guard items.count == Self.itemCount else { return nil }
        self.init(items: items)
    }
    /// A sequence of another length has the right type, and the wrong value.
    public static func decode(_ value: PythonValue, as label: String) throws -> Self {
        if let count = value.items?.count, count != itemCount {
            throw RemoteError.value("\(label): expected \(itemCount) values for \(pythonName), got \(count)")
        }
        return try converted(value, label)
    }
    public var python: PythonValue { .namedTuple(Self.pythonClass, items.map(\.python)) }
    public static var pythonName: String { "\(pythonClass)" }
}
