//! A value that is put together from pieces: what a stream's chunks and events add up to. Finished,
//! it is a snapshot like one that JS took, so a streamed response is mapped as any other.
//!
//! Pieces refer to places by index; the indices are the sender's, so a list is kept by them and
//! nothing is reserved for those in between. How deep a draft can get is up to the code that walks
//! it, never to the data.

use std::collections::{BTreeMap, HashMap};

use super::view::View;
use crate::handoff::{Growing, Keys, Snapshot, SnapshotWriter, Text, Value};

/// Up to here a linear search is quicker than hashing.
const MAX_LINEAR: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Draft {
    root: Node,
    bytes: usize,
}

impl Draft {
    pub fn root(&mut self) -> Place<'_> {
        Place { node: &mut self.root, bytes: &mut self.bytes }
    }

    /// About how much memory it takes up.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn finish(&self) -> Snapshot {
        let mut writer = SnapshotWriter::default();
        self.root.write(&mut writer);
        writer.finish()
    }
}

/// An object if it has fields, else a list if it has items, else a leaf.
#[derive(Debug, Default)]
struct Node {
    leaf: Leaf,
    items: Option<BTreeMap<i64, Node>>,
    fields: Option<Box<Fields>>,
}

#[derive(Debug, Default)]
enum Leaf {
    #[default]
    Empty,
    /// Taken as it came. What goes inside takes it apart, one level at a time.
    Whole(Snapshot),
    Text(Growing),
}

#[derive(Debug, Default)]
struct Fields {
    list: Vec<(Box<str>, Node)>,
    /// Where each of the first fields is, once there are more than [`MAX_LINEAR`].
    by_name: HashMap<Box<str>, usize>,
    /// Where one would go that is not in the list, which does not happen.
    nowhere: Node,
}

impl Fields {
    fn position(&mut self, name: &str) -> Option<usize> {
        if self.list.len() <= MAX_LINEAR {
            return self.list.iter().position(|(known, _)| **known == *name);
        }
        let unknown = self.list.iter().enumerate().skip(self.by_name.len());
        self.by_name.extend(unknown.map(|(index, (name, _))| (name.clone(), index)));
        self.by_name.get(name).copied()
    }
}

impl Node {
    const FIXED_BYTES: usize = size_of::<Node>();

    fn whole(value: Value<'_>, keys: &Keys<'_>) -> Self {
        Node { leaf: Leaf::Whole(Snapshot::of(value, keys)), ..Node::default() }
    }

    fn bytes(&self) -> usize {
        let of_leaf = match &self.leaf {
            Leaf::Empty => 0,
            Leaf::Whole(snapshot) => snapshot.size(),
            Leaf::Text(text) => text.size(),
        };
        let items = self.items.iter().flat_map(|items| items.values());
        let fields = self.fields.iter().flat_map(|fields| &fields.list);
        of_leaf
            + items.map(|item| Self::FIXED_BYTES + item.bytes()).sum::<usize>()
            + fields
                .map(|(name, node)| Self::FIXED_BYTES + name.len() + node.bytes())
                .sum::<usize>()
    }

    fn write(&self, writer: &mut SnapshotWriter) {
        if let Some(fields) = &self.fields {
            let begun = writer.begin_object();
            for (name, node) in &fields.list {
                writer.key(name);
                node.write(writer);
            }
            return writer.end(begun);
        }
        if let Some(items) = &self.items {
            let begun = writer.begin_array();
            items.values().for_each(|item| item.write(writer));
            return writer.end(begun);
        }
        match &self.leaf {
            Leaf::Empty => writer.snapshot(&Snapshot::default()),
            Leaf::Whole(snapshot) => writer.snapshot(snapshot),
            Leaf::Text(text) => writer.text(text.text()),
        }
    }

    /// The text that is there, whether it came whole or in pieces.
    fn text(&self) -> Option<Text<'_>> {
        match &self.leaf {
            Leaf::Empty => None,
            Leaf::Whole(snapshot) => snapshot.value().text(),
            Leaf::Text(text) => Some(text.text()),
        }
    }
}

/// A place in a draft. Going on from it to one inside makes what is there an object or a list, if
/// it is none.
#[derive(Debug)]
pub(super) struct Place<'d> {
    node: &'d mut Node,
    bytes: &'d mut usize,
}

impl<'d> Place<'d> {
    /// The same place, to go on from it more than once.
    pub fn here(&mut self) -> Place<'_> {
        Place { node: self.node, bytes: self.bytes }
    }

    pub fn field(self, name: &str) -> Place<'d> {
        let Place { node, bytes } = self;
        if node.fields.is_none() {
            *bytes -= node.bytes();
            let old = std::mem::take(node);
            node.fields = Some(Box::new(fields_of(&old.leaf, bytes)));
        }
        let fields = node.fields.get_or_insert_default();
        let position = fields.position(name).unwrap_or_else(|| {
            *bytes += Node::FIXED_BYTES + name.len();
            fields.list.push((name.into(), Node::default()));
            fields.list.len() - 1
        });
        let Fields { list, nowhere, .. } = &mut **fields;
        Place { node: list.get_mut(position).map_or(nowhere, |(_, node)| node), bytes }
    }

    pub fn item(self, index: i64) -> Place<'d> {
        let (items, bytes) = self.items();
        let node = items.entry(index).or_insert_with(|| {
            *bytes += Node::FIXED_BYTES;
            Node::default()
        });
        Place { node, bytes }
    }

    /// A place behind all others in the list.
    pub fn next_item(mut self) -> Place<'d> {
        let last = self.here().last_index();
        self.item(last.map_or(0, |last| last.saturating_add(1)))
    }

    pub fn last_index(self) -> Option<i64> {
        let (items, _) = self.items();
        items.last_key_value().map(|(index, _)| *index)
    }

    fn items(self) -> (&'d mut BTreeMap<i64, Node>, &'d mut usize) {
        let Place { node, bytes } = self;
        if node.items.is_none() {
            *bytes -= node.bytes();
            let old = std::mem::take(node);
            node.items = Some(items_of(&old.leaf, bytes));
        }
        (node.items.get_or_insert_default(), bytes)
    }

    pub fn set(self, value: View<'_, '_>) {
        self.replace(Node::whole(value.value, value.keys));
    }

    pub fn set_text(self, text: &str) {
        let mut growing = Growing::default();
        growing.append_str(text);
        self.replace(Node { leaf: Leaf::Text(growing), ..Node::default() });
    }

    fn replace(self, node: Node) {
        *self.bytes -= self.node.bytes();
        *self.bytes += node.bytes();
        *self.node = node;
    }

    pub fn append(self, piece: Text<'_>) {
        if let Leaf::Text(text) = &mut self.node.leaf {
            let before = text.size();
            text.append(piece);
            *self.bytes += text.size() - before;
            return;
        }
        let mut growing = Growing::default();
        if let Some(text) = self.node.text() {
            growing.append(text);
        }
        growing.append(piece);
        self.replace(Node { leaf: Leaf::Text(growing), ..Node::default() });
    }

    /// The last `length` characters of a one-byte text.
    pub fn ending(self, length: usize) -> Option<Vec<u8>> {
        match self.node.text() {
            Some(Text::Latin1(bytes)) => {
                let start = bytes.len().checked_sub(length)?;
                bytes.get(start..).map(<[u8]>::to_vec)
            }
            _ => None,
        }
    }

    /// Takes characters off the end of a text that has grown, or will.
    pub fn shorten(mut self, length: usize) {
        self.here().append(Text::EMPTY);
        if let Leaf::Text(text) = &mut self.node.leaf {
            let before = text.size();
            text.shorten(length);
            *self.bytes -= before - text.size();
        }
    }

    /// Nothing, null or a text without a character.
    pub fn is_vacant(&self) -> bool {
        let Node { leaf, items, fields } = &*self.node;
        let nothing_inside = items.is_none() && fields.is_none();
        nothing_inside
            && match leaf {
                Leaf::Empty => true,
                Leaf::Whole(snapshot) => match snapshot.value() {
                    Value::Null => true,
                    Value::Text(text) => text.is_empty(),
                    _ => false,
                },
                Leaf::Text(text) => text.size() == 0,
            }
    }

    pub fn is_empty(&self) -> bool {
        let Node { leaf, items, fields } = &*self.node;
        items.is_none() && fields.is_none() && matches!(leaf, Leaf::Empty)
    }

    /// The text of a field, if there is one.
    pub fn text_at(&self, name: &str) -> Option<Text<'_>> {
        let fields = &self.node.fields.as_ref()?.list;
        fields.iter().find(|(known, _)| **known == *name).and_then(|(_, node)| node.text())
    }
}

fn fields_of(leaf: &Leaf, bytes: &mut usize) -> Fields {
    let mut fields = Fields::default();
    if let Leaf::Whole(snapshot) = leaf {
        let keys = Keys::default();
        for (key, value) in snapshot.value().fields(&keys) {
            let node = Node::whole(value, &keys);
            let name = key.into_string();
            *bytes += Node::FIXED_BYTES + name.len() + node.bytes();
            fields.list.push((name.into(), node));
        }
    }
    fields
}

fn items_of(leaf: &Leaf, bytes: &mut usize) -> BTreeMap<i64, Node> {
    let mut items = BTreeMap::new();
    if let Leaf::Whole(snapshot) = leaf {
        let keys = Keys::default();
        for (index, value) in (0..).zip(snapshot.value().items()) {
            let node = Node::whole(value, &keys);
            *bytes += Node::FIXED_BYTES + node.bytes();
            items.insert(index, node);
        }
    }
    items
}
