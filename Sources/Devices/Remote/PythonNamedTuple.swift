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
    public var python: PythonValue { .namedTuple(Self.pythonClass, items.map(\.python)) }
    public static var pythonName: String { "\(pythonClass)" }
}
