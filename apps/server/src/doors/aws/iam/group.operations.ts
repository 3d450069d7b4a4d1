import {
  addUserToGroup,
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  listGroupsForUser,
  removeUserFromGroup,
} from '@lakewarden/identity';
import { z } from 'zod';

import { operation, type OperationTable } from '../operation.ts';
import {
  groupName,
  listing,
  listingByPath,
  pageOf,
  pageShape,
  path,
  toGroupShape,
  toUserShape,
  userName,
} from './shapes.ts';

const named = z.object({ GroupName: groupName });
const membership = named.extend({ UserName: userName });

export const groupOperations: OperationTable = {
  CreateGroup: operation({
    input: named.extend({ Path: path }),
    useCase: createGroup,
    command: (input) => ({ name: input.GroupName, path: input.Path }),
    answer: (group) => ({ Group: toGroupShape(group) }),
  }),
  GetGroup: operation({
    input: listing.extend({ GroupName: groupName }),
    useCase: getGroup,
    command: (input) => ({ name: input.GroupName, ...pageOf(input) }),
    answer: ({ group, members }) => ({
      Group: toGroupShape(group),
      Users: members.items.map(toUserShape),
      ...pageShape(members),
    }),
  }),
  ListGroups: operation({
    input: listingByPath,
    useCase: listGroups,
    command: (input) => ({ pathPrefix: input.PathPrefix, ...pageOf(input) }),
    answer: (page) => ({ Groups: page.items.map(toGroupShape), ...pageShape(page) }),
  }),
  DeleteGroup: operation({
    input: named,
    useCase: deleteGroup,
    command: (input) => ({ name: input.GroupName }),
    answer: () => undefined,
  }),
  AddUserToGroup: operation({
    input: membership,
    useCase: addUserToGroup,
    command: (input) => ({ groupName: input.GroupName, userName: input.UserName }),
    answer: () => undefined,
  }),
  RemoveUserFromGroup: operation({
    input: membership,
    useCase: removeUserFromGroup,
    command: (input) => ({ groupName: input.GroupName, userName: input.UserName }),
    answer: () => undefined,
  }),
  ListGroupsForUser: operation({
    input: listing.extend({ UserName: userName }),
    useCase: listGroupsForUser,
    command: (input) => ({ userName: input.UserName, ...pageOf(input) }),
    answer: (page) => ({ Groups: page.items.map(toGroupShape), ...pageShape(page) }),
  }),
};
