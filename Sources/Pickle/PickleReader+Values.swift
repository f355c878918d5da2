extension PickleReader {
    /// Pushes the class or function named by two lines.
    mutating func pushGlobal() throws(PickleError) {
        let module = try text(try input.line(limit: PickleLimits.nameBytes))
        try pushGlobal(module, try text(try input.line(limit: PickleLimits.nameBytes)))
    }

    /// Pushes the class or function named by two texts on the stack.
    mutating func pushStackGlobal() throws(PickleError) {
        let name = try pop()
        let module = try pop()
        guard case .value(.str(let name)) = name.item, case .value(.str(let module)) = module.item,
            max(name.utf8.count, module.utf8.count) <= PickleLimits.nameBytes
        else { throw .malformed("name of a class") }
        try pushGlobal(module, name)
    }

    private mutating func pushGlobal(_ module: String, _ name: String) throws(PickleError) {
        try push(Entry(try KnownNames.item(module, name, unknown), .leaf, isOpen: false))
    }

    /// Calls a class or function from the table with its arguments.
    mutating func reduce() throws(PickleError) {
        let arguments = try pop()
        let item: Item =
            switch try callee() {
            case .function(let function): try function(try ItemTuple(arguments.item), &budget)
            case .exception(let type):
                .value(.exception(PythonException(type, try arguments.item.tuple(unknown, &budget))))
            case .enumeration(let enumeration):
                .value(try enumeration.member(try arguments.item.tuple(unknown, &budget)))
            case .unknown(let type):
                .value(.opaque(OpaqueObject(type, arguments: try arguments.item.tuple(unknown, &budget))))
            case .namedTuple(let type, _), .shell(_, let type), .argument(let type):
                throw .malformed("call of \(type)")
            }
        try pushObject(item, arguments.size)
    }

    /// Makes an object of a class that may receive its state afterwards.
    mutating func makeObject() throws(PickleError) {
        let arguments = try pop()
        let type = try callee()
        let items = try arguments.item.tuple(unknown, &budget)
        let item: Item =
            switch type {
            case .namedTuple(let type, items.count): .value(.namedTuple(type, items))
            case .shell(let shell, _) where items.isEmpty: .unfilled(shell)
            case .unknown(let type): .value(.opaque(OpaqueObject(type, arguments: items)))
            default: throw .malformed("object of a class that is not made in this way")
            }
        try pushObject(item, arguments.size)
    }

    private mutating func callee() throws(PickleError) -> Global {
        guard case .global(let global) = try pop().item else { throw .malformed("call of a value that is not a class") }
        return global
    }

    /// Pushes an object, which weighs as much as the values that are part of it.
    private mutating func pushObject(_ item: Item, _ size: Size) throws(PickleError) {
        try push(Entry(item, item.holdsValues ? size : .leaf, isOpen: item.mayChange))
    }

    /// Sets an object's state.
    mutating func build() throws(PickleError) {
        let state = try pop()
        let place = try place(count: 1)
        guard stack[place].isOpen else { throw .malformed("state for an object that is finished or has none") }
        let item = try filled(stack[place].item, with: state.item)
        stack[place].item = item
        stack[place].isOpen = false
        try resize(place, state.size)
    }

    private mutating func filled(_ item: Item, with state: Item) throws(PickleError) -> Item {
        switch item {
        case .unfilled(let shell): return .value(try shell.filled(with: state, &budget))
        case .value(.dtype(let type)), .swapped(let type): return try ElementType.item(type, state: state)
        case .value(.exception(let exception)):
            guard case .value(.dict(let attributes)) = state else { throw .malformed("state of an exception") }
            try budget.walk(attributes.count)
            guard attributes.isPlainNames else { throw .malformed("state of an exception") }
            return .value(.exception(try Self.filled(exception, with: attributes)))
        case .value(.opaque(var object)):
            object.state = [try state.value(unknown, &budget)]
            return .value(.opaque(object))
        default: throw .malformed("state for an object that has none")
        }
    }

    /// The exception with its attributes.
    ///
    /// Python 3.12 and later repeat the arguments of an AttributeError among them.
    private static func filled(
        _ exception: PythonException,
        with attributes: PythonDictionary
    ) throws(PickleError) -> PythonException {
        var exception = exception
        exception.attributes = attributes
        if let arguments = attributes["args"] {
            guard case .tuple(let items) = arguments else { throw .malformed("arguments of an exception") }
            exception.arguments = items
            exception.attributes["args"] = nil
        }
        return exception
    }

    /// Adds the weight of a state that is now part of the object.
    private mutating func resize(_ place: Int, _ state: Size) throws(PickleError) {
        let old = stack[place].size
        var new = Size.leaf
        if stack[place].item.holdsValues {
            new = old
            try new.hold(state, limits)
        }
        stack[place].size = new
        try weigh(Int(new.weight) - Int(old.weight))
    }
}

extension PythonDictionary {
    fileprivate var isPlainNames: Bool {
        !isOrderedDict && pairs.allSatisfy { if case .str = $0.key { true } else { false } }
    }
}

extension PickleReader {
    /// Finishes an entry that becomes part of a container, and takes its value off the stack.
    private mutating func content(_ place: Int, of size: inout Size) throws(PickleError) -> PythonValue {
        close(place)
        try size.hold(stack[place].size, limits)
        // Exchanged instead of copied: copying would be the largest part of reading a value.
        switch exchange(&stack[place].item, with: .value(.none)) {
        case .value(let value): return value
        case let item: return try item.value(unknown, &budget)
        }
    }

    /// The same for a key, which must be hashable.
    private mutating func key(_ place: Int, of size: inout Size) throws(PickleError) -> PythonValue {
        let key = try content(place, of: &size)
        try budget.hash(key)
        return key
    }

    mutating func pushTuple(count: Int) throws(PickleError) {
        try pushTuple(from: try place(count: count))
    }

    /// Makes a tuple from the entries from a place on.
    mutating func pushTuple(from start: Int) throws(PickleError) {
        var size = Size.emptyContainer
        var isPlain = true
        for place in start..<stack.count {
            close(place)
            try size.hold(stack[place].size, limits)
            if case .value = stack[place].item { continue }
            isPlain = false
        }
        let tuple: Item = isPlain ? .value(.tuple(takeValues(from: start))) : .arguments(stack[start...].map(\.item))
        try replace(from: start, by: tuple, size)
    }

    /// Takes the values off the stack.
    private mutating func takeValues(from start: Int) -> [PythonValue] {
        var values: [PythonValue] = []
        values.reserveCapacity(stack.count - start)
        for place in start..<stack.count {
            if case .value(let value) = exchange(&stack[place].item, with: .value(.none)) { values.append(value) }
        }
        return values
    }

    /// Replaces the entries from a place on by the container made from them.
    private mutating func replace(from start: Int, by item: Item, _ size: Size) throws(PickleError) {
        removeEntries(from: start)
        try weigh(1)
        stack.append(Entry(item, size, isOpen: false))
    }

    mutating func pushFrozenSet(from start: Int) throws(PickleError) {
        var size = Size.emptyContainer
        var items: [PythonValue] = []
        items.reserveCapacity(stack.count - start)
        for place in start..<stack.count { items.append(try key(place, of: &size)) }
        try replace(from: start, by: .value(.frozenset(DictionaryKey.distinct(items))), size)
    }

    /// The place of the container below the entries that are to be added to it.
    private func container(below start: Int) throws(PickleError) -> Int {
        guard start > marks.last ?? 0 else { throw .malformed("no container on the stack") }
        guard stack[start - 1].isOpen else { throw .malformed("change of a finished container") }
        return start - 1
    }

    mutating func appendItems(from start: Int) throws(PickleError) {
        let target = try container(below: start)
        guard case .value(.list(var list)) = stack[target].item else {
            throw .malformed("items for a value that is not a list")
        }
        // The stack drops its reference, so that the list is not copied.
        stack[target].item = .value(.none)
        var size = stack[target].size
        if list.isEmpty { list.reserveCapacity(stack.count - start) }
        for place in start..<stack.count { list.append(try content(place, of: &size)) }
        store(.list(list), size, at: target)
    }

    /// Adds members to a set.
    ///
    /// Equal members are removed only once the set is finished, since it may come in many parts.
    mutating func addItems(from start: Int) throws(PickleError) {
        let target = try container(below: start)
        guard case .value(.set(var set)) = stack[target].item else {
            throw .malformed("items for a value that is not a set")
        }
        stack[target].item = .value(.none)
        var size = stack[target].size
        if set.isEmpty { set.reserveCapacity(stack.count - start) }
        for place in start..<stack.count { set.append(try key(place, of: &size)) }
        store(.set(set), size, at: target)
    }

    mutating func setItems(from start: Int) throws(PickleError) {
        let target = try container(below: start)
        guard case .value(.dict(var dict)) = stack[target].item else {
            throw .malformed("items for a value that is not a dict")
        }
        guard (stack.count - start).isMultiple(of: 2) else { throw .malformed("a key without a value") }
        stack[target].item = .value(.none)
        var size = stack[target].size
        for place in stride(from: start, to: stack.count, by: 2) {
            let key = try key(place, of: &size)
            dict[key] = try content(place + 1, of: &size)
        }
        store(.dict(dict), size, at: target)
    }

    /// Puts a container back in its place and removes the entries that were added to it.
    private mutating func store(_ value: PythonValue, _ size: Size, at place: Int) {
        stack[place].item = .value(value)
        stack[place].size = size
        removeEntries(from: place + 1)
    }
}
