-- A page of events reads as many groups as it can show, and not the most that a search reads.
CREATE FUNCTION event_groups_before(of_order bigint, of_partition smallint, of_first bigint, received_from bigint, received_to bigint, of_groups integer)
    RETURNS SETOF event_group LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $$
  BEGIN
    RETURN QUERY SELECT * FROM event_group
      WHERE (order_at, partition, first) < (of_order, of_partition, of_first)
        AND received_at >= received_from AND received_at < received_to
      ORDER BY order_at DESC, partition DESC, first DESC LIMIT of_groups;
  END $$;
CREATE FUNCTION event_groups_after(of_order bigint, of_partition smallint, of_first bigint, received_from bigint, received_to bigint, of_groups integer)
    RETURNS SETOF event_group LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off AS $$
  BEGIN
    RETURN QUERY SELECT * FROM event_group
      WHERE (order_at, partition, first) > (of_order, of_partition, of_first)
        AND received_at >= received_from AND received_at < received_to
      ORDER BY order_at, partition, first LIMIT of_groups;
  END $$;
